//! `--method`, `--precision` and `-v`: what circuits are simulated by.

use crate::suite::tool::{Folder, Outcome};

const KERNELS: &str = "kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 1..n { cx(q[i - 1], q[i]); }
    return q;
}
kernel turned[n](t: float[n]) -> qubit[n] {
    let q = qubit[n];
    ry(t, q);
    for i in 1..n { cz(q[i - 1], q[i]); }
    rx(t, q);
    return q;
}
";

fn run(main: &str, options: &str) -> Outcome {
    Folder::with("a.qml", format!("{KERNELS}fn main() {{ {main} }}\n"))
        .qmlang(&format!("run a.qml --seed 1 {options}"))
}

fn numbers(text: &str) -> Vec<f64> {
    let words = text.split(|c: char| c.is_whitespace() || "[],".contains(c)).filter(|word| !word.is_empty());
    words.map(|word| word.parse().unwrap_or_else(|_| panic!("{text}"))).collect()
}

#[test]
fn a_thousand_qubits_have_counts_and_expectation_values() {
    let main = "let c = counts(ghz(1000), shots: 1000);
        print(c.n);
        print(expect([Z(0) * Z(999), Z(500)], ghz(1000)));
        print(expect(X(3), ghz(1000), shots: 400));";
    let outcome = run(main, "-v");
    let said = "`ghz` on 1000 qubits: stabilizer\n`ghz`: `counts` draws 1000 shots\n`ghz`: `expect` draws 400 shots\n";
    assert_eq!((outcome.status, outcome.said()), (0, said));
    let found = numbers(&outcome.out);
    assert!(found[0] + found[1] == 1000.0 && found[0] < 600.0, "{found:?}");
    assert_eq!(found[2..4], [1.0, 0.0]);
    assert!(found[4].abs() < 0.3, "{found:?}");
}

#[test]
fn methods_agree_where_both_can() {
    let main = "print(probs(ghz(3)), variance(Z(0) + X(1), ghz(3)), expect(X(0) * X(1) * X(2), ghz(3)));
        print(expect(Z(0) + X(1) * Z(0), turned([0.5 * pi, pi, -0.5 * pi])));";
    let exact = numbers(&run(main, "--method stabilizer").quiet());
    for other in ["--method statevector", "--method auto", "--method statevector --precision f32"] {
        let found = numbers(&run(main, other).quiet());
        assert!(exact.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-5), "{exact:?} {found:?}");
    }
    let told = |options: &str| run("print(probs(ghz(3)));", options).said().to_owned();
    assert_eq!(told("-v"), "`ghz` on 3 qubits: statevector\n");
    assert_eq!(told("--verbose --method stabilizer"), "`ghz` on 3 qubits: stabilizer\n");
}

#[test]
fn what_a_tableau_lacks_is_refused_or_done_by_amplitudes() {
    let slope = "fn f(t: float[3]) -> float { return expect(Z(0) * Z(2) + X(1), turned(t)); }
        fn main() { let t = [0.0, 0.5 * pi, pi]; let (v, g) = grad f(t) wrt t USING; print(v, g); }";
    let with = |rule: &str| Folder::with("a.qml", format!("{KERNELS}{}\n", slope.replace("USING", rule)));
    let exact = numbers(&with("").qmlang("run a.qml --seed 1").quiet());
    for method in ["stabilizer", "mps"] {
        // Shifts by a quarter turn lead from Clifford gates to Clifford gates.
        let found = numbers(&with("").qmlang(&format!("run a.qml --seed 1 --method {method}")).quiet());
        assert!(exact.iter().zip(&found).all(|(a, b)| (a - b).abs() < 1e-9), "{exact:?} {found:?}");
        let command = format!("run a.qml --seed 1 --method {method}");
        with("using \"adjoint\"").qmlang(&command).fails("Q0664", &["adjoint gradients"]);
    }
    for main in ["print(state(ghz(2)));", "print(probs(turned([0.3, 0.2])));"] {
        run(main, "--method stabilizer").fails("Q0664", &[]);
    }
    run("print(probs(ghz(1000), shots: 10));", "").fails("Q0651", &[]);
}

#[test]
fn single_precision_trains_as_well() {
    let source = "fn f(t: float[3]) -> float { return expect(Z(0) * Z(2) + X(1), turned(t)); }
        fn main() {
            let t = [0.3, -0.8, 1.1];
            let (v, g) = grad f(t) wrt t;
            print(v, g, grad f(t) wrt t using \"finite_difference\");
        }";
    let folder = Folder::with("a.qml", format!("{KERNELS}{source}\n"));
    let double = numbers(&folder.qmlang("run a.qml --seed 1").quiet().replace(['(', ')'], " "));
    let single =
        numbers(&folder.qmlang("run a.qml --seed 1 --precision f32").quiet().replace(['(', ')'], " "));
    assert_ne!(double, single);
    assert_eq!(double.len(), 8, "{double:?}");
    let far = |i: usize| if i < 4 { 1e-5 } else { 1e-3 };
    assert!((0..8).all(|i| (double[i] - single[i]).abs() < far(i)), "{double:?} {single:?}");
}

#[test]
fn tests_take_the_same_options() {
    let source = format!(
        "{KERNELS}test \"wide\" {{ assert(expect(Z(0) * Z(39), ghz(40)) == 1.0); }}
        test \"close\" {{ assert_close(probs(turned([0.3, 0.2]))[0], probs(turned([0.3, 0.2]))[0], 1e-9); }}\n"
    );
    let folder = Folder::with("a.qml", source);
    assert_eq!(folder.qmlang("test a.qml --precision f32").status, 0);
    let failed = folder.qmlang("test a.qml --method stabilizer");
    assert!(failed.status == 1 && failed.out.ends_with("1 passed, 1 failed\n"), "{}", failed.out);
}

#[test]
fn a_matrix_product_state_tells_what_it_leaves_out() {
    let main = "print(expect([Z(0), X(7) * Z(9)], turned(0.1 * linspace(1.0, 5.0, 14))));
        print(counts(turned(0.1 * ones(60)), shots: 20).n[0]);";
    let narrow = run(main, "--method mps --max-bond 1");
    assert!(narrow.status == 0 && narrow.err.starts_with("[Q0665] Warning: "), "{}", narrow.err);
    let found = numbers(&run(main, "--method mps").quiet());
    let exact = numbers(&run(&main.replace("60", "3"), "").quiet());
    assert!((0..2).all(|i| (exact[i] - found[i]).abs() < 1e-9), "{exact:?} {found:?}");
}
