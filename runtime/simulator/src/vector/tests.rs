//! Each instruction set of this machine against plain arithmetic.

use qml_prelude::random::Stream;

use super::*;

struct Check<'a>(&'a mut Stream);

impl<T: Real> Task<T> for Check<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let mut draw = || -> Vec<T> { (0..V::LANES).map(|_| T::from_f64(self.0.normal())).collect() };
        let (a, b, c) = (draw(), draw(), draw());
        // SAFETY: The slices have as many numbers as the vector has lanes.
        unsafe {
            let [x, y, z] = [&a, &b, &c].map(|v| V::load(v.as_ptr()));
            let check = |found: V, expected: &dyn Fn(usize) -> f64| {
                for l in 0..V::LANES {
                    let far = (found.lanes()[l].to_f64() - expected(l)).abs();
                    assert!(far < 1e-5, "lane {l} is {far} away");
                }
            };
            let at = |v: &[T], l: usize| v[l].to_f64();
            check(x.add(y), &|l| at(&a, l) + at(&b, l));
            check(x.sub(y), &|l| at(&a, l) - at(&b, l));
            check(x.mul(y), &|l| at(&a, l) * at(&b, l));
            check(x.mul_add(y, z), &|l| at(&a, l) * at(&b, l) + at(&c, l));
            check(x.neg_mul_add(y, z), &|l| at(&c, l) - at(&a, l) * at(&b, l));
            for mask in 0..V::LANES {
                check(x.exchange_all(mask), &|l| at(&a, l ^ mask));
            }
            let (p, q) = (Complex { re: x, im: y }, Complex { re: z, im: x });
            check(p.mul(q).re, &|l| at(&a, l) * at(&c, l) - at(&b, l) * at(&a, l));
            check(p.mul(q).im, &|l| at(&a, l) * at(&a, l) + at(&b, l) * at(&c, l));
            check(p.mul_conj(q).re, &|l| at(&a, l) * at(&c, l) + at(&b, l) * at(&a, l));
            check(p.mul_conj(q).im, &|l| at(&b, l) * at(&c, l) - at(&a, l) * at(&a, l));
            check(p.mul_add(q, p).im, &|l| at(&a, l) * at(&a, l) + at(&b, l) * at(&c, l) + at(&b, l));
            check(p.mul_conj_add(q, p).re, &|l| {
                2.0f64.mul_add(0.0, at(&a, l) * at(&c, l) + at(&b, l) * at(&a, l) + at(&a, l))
            });
            let total: f64 = a.iter().map(|v| v.to_f64()).sum();
            assert!((x.sum() - total).abs() < 1e-5);
        }
    }
}

#[test]
fn all_instruction_sets_do_plain_arithmetic() {
    let mut stream = Stream::new(5);
    for isa in Isa::available() {
        dispatch::<f64, _>(isa, Check(&mut stream));
        dispatch::<f32, _>(isa, Check(&mut stream));
    }
}

/// The largest distance from the standard library.
fn worst<T: Real>(isa: Isa, angles: &[f64]) -> f64 {
    let mut groups = vec![T::ZERO; 2 * angles.len()];
    sin_cos(isa, angles, &mut groups);
    let lanes = 1 << isa.lane_bits::<T>();
    let far = |(i, angle): (usize, &f64)| {
        let (sin, cos) = angle.sin_cos();
        let group = &groups[i / lanes * 2 * lanes..];
        let (found_cos, found_sin) = (group[i % lanes], group[lanes + i % lanes]);
        (found_cos.to_f64() - cos).abs().max((found_sin.to_f64() - sin).abs())
    };
    angles.iter().enumerate().map(far).fold(0.0, f64::max)
}

#[test]
fn sines_and_cosines_are_those_of_the_standard_library() {
    let mut stream = Stream::new(6);
    let mut angles: Vec<f64> = (0..2000).map(|i| 10f64.powi(i % 12 - 5) * stream.normal()).collect();
    angles.extend((-40..40).map(|k| f64::from(k) * std::f64::consts::FRAC_PI_4));
    angles.extend([0.0, -0.0, 1e6, -1e9, 1e300]);
    angles.resize(angles.len().next_multiple_of(MOST_LANES), 1.0);
    for isa in Isa::available() {
        let (doubles, singles) = (worst::<f64>(isa, &angles), worst::<f32>(isa, &angles));
        assert!(doubles < 4e-16, "{} is {doubles:e} away", isa.name());
        assert!(singles < 4e-8, "{} is {singles:e} away", isa.name());
    }
}
