//! Division of complex numbers.

use crate::C64;

/// `x / y` without overflow or underflow on the way: Smith's method as M. Baudin and R. L. Smith made it robust,
/// "A robust complex division in Scilab" (2012, <https://arxiv.org/abs/1210.4539>), figure 6, with divisions by the
/// denominator in place of products with its inverse. Division by zero gives infinities and `nan` as IEEE 754 does.
pub fn divide(x: C64, y: C64) -> C64 {
    // A power of two, so that scaling by it is exact.
    let large = 2.0 / (f64::EPSILON * f64::EPSILON);
    let tiny = f64::MIN_POSITIVE * 2.0 / f64::EPSILON;
    let factor = |z: C64| match z.re.abs().max(z.im.abs()) {
        size if size >= f64::MAX / 2.0 => 0.5,
        size if size <= tiny => large,
        _ => 1.0,
    };
    let (of_x, of_y) = (factor(x), factor(y));
    let (x, y) = (x * of_x, y * of_y);
    let quotient = if y.im.abs() <= y.re.abs() {
        C64::new(part(x.re, x.im, y.re, y.im), part(x.im, -x.re, y.re, y.im))
    } else {
        C64::new(part(x.im, x.re, y.im, y.re), -part(x.re, -x.im, y.im, y.re))
    };
    quotient * (of_y / of_x)
}

/// `1 / z`.
pub fn invert(z: C64) -> C64 {
    divide(C64::ONE, z)
}

/// `(a c + b d) / (c^2 + d^2)` for `|d| <= |c|`.
fn part(a: f64, b: f64, c: f64, d: f64) -> f64 {
    if d == 0.0 {
        return a / c;
    }
    let ratio = d / c;
    let denominator = c + d * ratio;
    if ratio == 0.0 {
        return (a + d * (b / c)) / denominator;
    }
    let product = b * ratio;
    if product == 0.0 {
        return a / denominator + (b / denominator) * ratio;
    }
    (a + product) / denominator
}

#[cfg(test)]
mod tests {
    use super::{divide, invert};
    use crate::C64;
    use crate::random::Stream;

    #[test]
    fn large_and_small_numbers_divide_exactly() {
        let real = |x: f64| C64::new(x, 0.0);
        assert_eq!(divide(real(1e200), real(1e200)), C64::ONE);
        assert_eq!(invert(real(1e-300)), real(1.0 / 1e-300));
        assert_eq!(invert(real(1e-160)), real(1e160));
        assert_eq!(divide(real(6.0), C64::new(0.0, 3.0)), C64::new(0.0, -2.0));
        assert_eq!(invert(C64::new(0.0, 1e-300)), C64::new(0.0, -1.0 / 1e-300));
        let huge = C64::new(1e308, 1e308);
        assert!((divide(huge, huge) - C64::ONE).norm() < 1e-15);
        let tiny = C64::new(5e-324, 5e-324);
        assert!((divide(tiny, tiny) - C64::ONE).norm() < 1e-15);
        assert!((divide(C64::new(1e-200, 1e-200), C64::new(1e-200, -1e-200)) - C64::i()).norm() < 1e-15);
    }

    #[test]
    fn quotients_undo_products() {
        let mut stream = Stream::new(41);
        for exponent in [0, 150, -150, 300, -300] {
            let scale = 10f64.powi(exponent);
            for _ in 0..100 {
                let x = C64::new(stream.normal(), stream.normal());
                let y = C64::new(stream.normal(), stream.normal());
                let error = divide(x * y * scale, y * scale) - x;
                assert!(error.norm() < 1e-14 * (1.0 + x.norm()), "{x} {y} {scale:e}");
            }
        }
    }

    #[test]
    fn division_by_zero_and_by_infinity_is_that_of_floats() {
        let quotient = divide(C64::new(1.0, -2.0), C64::ZERO);
        assert_eq!((quotient.re, quotient.im), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(divide(C64::ZERO, C64::ZERO).re.is_nan());
        assert_eq!(divide(C64::ONE, C64::new(f64::INFINITY, 0.0)), C64::ZERO);
        assert!(divide(C64::new(f64::NAN, 0.0), C64::ONE).re.is_nan());
    }
}
