//! Result functions on circuits whose results are known, exactly and with shots.

use qml_engine::Options;
use qml_source::Code;

use crate::suite::numeric::{check_numbers, fault_of, numbers, numbers_with, options, run_with};

const BELL: &str = "
    kernel bell() -> qubit[2] { let q = qubit[2]; h(q[0]); cx(q[0], q[1]); return q; }
    kernel turn(x: float) -> qubit[2] { let q = qubit[2]; ry(x, q[0]); return q; }
    fn main() { BODY }";

fn bell(body: &str) -> String {
    BELL.replace("BODY", body)
}

#[test]
fn exact_values() {
    check_numbers(&bell("print(probs(bell()));"), &[0.5, 0.0, 0.0, 0.5]);
    check_numbers(&bell("print(probs(turn(pi)));"), &[0.0, 1.0, 0.0, 0.0]);
    check_numbers(&bell("print(expect(Z(0) * Z(1) + 2.0 * X(0) * X(1), bell()));"), &[3.0]);
    check_numbers(&bell("print(expect([Z(0), Y(0) * Y(1), 1.5 * I()], bell()));"), &[0.0, -1.0, 1.5]);
    check_numbers(&bell("print(expect(projector([true, true]), bell()));"), &[0.5]);
    let (x, y) = (0.7_f64, 1.9_f64);
    check_numbers(&bell("print(variance(Z(0), turn(0.7)));"), &[x.sin().powi(2)]);
    let overlap = ((x - y) / 2.0).cos().powi(2);
    check_numbers(&bell("print(fidelity(turn(0.7), turn(1.9)));"), &[overlap]);
    check_numbers(&bell("print(gram([turn(0.7), turn(1.9)]));"), &[1.0, overlap, overlap, 1.0]);
    check_numbers(&bell("print(gram([turn(0.7)], [turn(0.7), turn(1.9)]));"), &[1.0, overlap]);
    let root = 0.5_f64.sqrt();
    check_numbers(
        &bell("let s = state(bell()); print(real(s), imag(s));"),
        &[root, 0.0, 0.0, root, 0.0, 0.0, 0.0, 0.0],
    );
}

#[test]
fn outcomes_of_what_is_certain() {
    let (text, run) = run_with(
        &bell("print(counts(turn(pi), shots: 70)); print(samples(turn(pi), shots: 2));"),
        &options(),
    );
    assert!(text.contains("10") && text.contains("70"), "{text}");
    assert_eq!(run.statistics.shots, 72);
    let (text, _) = run_with(&bell("print(run(turn(pi)));"), &options());
    assert_eq!(text.trim(), "[true, false]");
}

#[test]
fn outcomes_of_a_pair_agree() {
    let body =
        "let s = samples(bell(), shots: 1000); print(len(s), sum(s[.., 0] == s[.., 1]), sum(s[.., 0]));
        let c = counts(bell(), shots: 1000); print(sum(c.n), len(c.n)); ";
    let found = numbers(&bell(body));
    assert_eq!(found[..2], [1000.0, 1000.0]);
    // Five standard deviations of a fair coin.
    assert!((found[2] - 500.0).abs() < 5.0 * 250_f64.sqrt(), "{found:?}");
    assert_eq!(found[3..], [1000.0, 2.0]);
}

#[test]
fn sampled_expectations_are_right_on_average() {
    // Letters that have to be measured apart, a constant, a projector, and lists of them.
    let body = "let o = 0.5 * Z(0) * Z(1) + X(0) - 0.25 * Y(1) + 2.0 + 0.75 * projector([false, true]);
        print(expect(o, mixed(0.9)));
        let values = [expect(o, mixed(0.9), shots: 30) for i in 0..400];
        print(mean(values), stddev(values));
        let pairs = [expect([Z(0) + 1.0, X(1)], mixed(0.9), shots: 30) for i in 0..400];
        print(expect([Z(0) + 1.0, X(1)], mixed(0.9)), mean(pairs[.., 0]), mean(pairs[.., 1]));";
    let source = format!(
        "kernel mixed(x: float) -> (qubit[2], bool) {{
            let q = qubit[3];
            ry(x, q[0]);
            cx(q[0], q[2]);
            ry(0.4, q[1]);
            rx(x, q[1]);
            h(q[2]);
            let m = measure(q[2]);
            if m {{ rx(0.3, q[0]); }}
            return (q[0..2], m);
        }}
        fn main() {{ {body} }}"
    );
    let found = numbers(&source);
    let sigma = found[2] / 20.0;
    assert!(sigma > 1e-3 && (found[0] - found[1]).abs() < 5.0 * sigma, "{found:?}");
    // The variance of a mean of 400 * 30 outcomes of size one.
    let sigma = 12_000_f64.sqrt().recip();
    assert!(
        (found[3] - found[5]).abs() < 5.0 * sigma && (found[4] - found[6]).abs() < 5.0 * sigma,
        "{found:?}"
    );
}

#[test]
fn sampled_probabilities_and_overlaps_are_right_on_average() {
    let body = "let p = probs(turn(1.0), shots: 4000); print(sum(p), p[1], fidelity(turn(0.0), turn(1.0), shots: 4000));
        let g = gram([turn(0.0), turn(1.0)], shots: 4000); print(g[0, 1], g[1, 0]);";
    let found = numbers(&bell(body));
    let p = 0.5_f64.sin().powi(2);
    let sigma = (p * (1.0 - p) / 4000.0).sqrt();
    assert!((found[0] - 1.0).abs() < 1e-12);
    assert!((found[1] - p).abs() < 5.0 * sigma, "{found:?}");
    assert!((found[2] - (1.0 - p)).abs() < 5.0 * sigma, "{found:?}");
    assert!((found[3] - (1.0 - p)).abs() < 5.0 * sigma && found[3] == found[4], "{found:?}");
}

#[test]
fn shots_come_from_the_call_then_the_kernel_then_the_command_line() {
    let source = "
        kernel plain() -> qubit[1] { let q = qubit[1]; h(q); return q; }
        @shots(20)
        kernel marked() -> qubit[1] { let q = qubit[1]; h(q); return q; }
        fn main() {
            let a = counts(plain());
            let b = counts(marked());
            let c = counts(marked(), shots: 30);
            print(sum(a.n), sum(b.n), sum(c.n));
        }";
    assert_eq!(numbers_with(source, &Options { shots: Some(10), ..options() }), [10.0, 20.0, 30.0]);
    assert_eq!(fault_of(source, &options()).code, Code::Q0659);
}

#[test]
fn what_cannot_be_run_is_a_fault() {
    for (body, code) in [
        ("print(expect(Z(5), bell()));", Code::Q0654),
        ("print(expect(projector([true]), bell()));", Code::Q0654),
        ("print(expect(projector([true]), bell(), shots: 5));", Code::Q0654),
        ("print(expect(2.0im * Z(0), bell()));", Code::Q0653),
        ("print(counts(bell(), shots: 0));", Code::Q0657),
        ("print(expect(X(0), turn(0.0 / 0.0)));", Code::Q0652),
    ] {
        let fault = fault_of(&bell(body), &options());
        assert_eq!(fault.code, code, "{body}: {fault:?}");
        assert!(fault.primary.is_some(), "{body}");
    }
}
