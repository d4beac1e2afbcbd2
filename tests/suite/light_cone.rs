//! Gradients that are zero by the light cone: what is told before a run is so when it runs.

use std::path::Path;

use qml_ir::circuit::testing::Random;
use qml_source::Code;

use crate::suite::gradients::kernel;
use crate::suite::messages::Text;
use crate::suite::numeric::numbers;

/// The variables of the gradient, in the order in which they are printed.
const ENTRIES: [&str; 5] = ["a", "b", "t[0]", "t[1]", "t[2]"];

/// The entries that are told to have no gradient.
fn told(source: &str) -> Vec<&'static str> {
    let text = Text { folder: Path::new("."), name: "a.qml", text: source };
    let compilation = qml_driver::compile(&text, Path::new("a.qml"), &[]);
    let zeros = compilation.diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::Q0524);
    let messages: Vec<&str> = zeros.map(|diagnostic| diagnostic.message.as_str()).collect();
    ENTRIES
        .into_iter()
        .filter(|entry| messages.iter().any(|said| said.contains(&format!("`{entry}`"))))
        .collect()
}

fn letter(random: &mut Random) -> String {
    format!("{}({})", ["X", "Z", "Z"][random.below(3)], random.below(4))
}

/// A gradient of one or two results, the second with other arguments.
fn program(random: &mut Random) -> String {
    let mut objective = format!("expect({}, k(a, b, t))", letter(random));
    if random.chance(0.4) {
        objective +=
            &format!(" + sin(0.5 * expect({}, k(b, 0.2, [t[2], 0.3, t[1] * t[1]])))", letter(random));
    }
    let main = format!(
        "fn main() {{
    let a = 0.713;
    let b = -1.204;
    let t = [0.35, 1.6, -0.81];
    let (value, (da, db, dt)) = grad {objective} wrt (a, b, t);
    print(da, db, dt);
}}\n"
    );
    kernel(random, "k") + &main
}

#[test]
fn what_is_told_to_be_zero_is_zero() {
    let (mut n_told, mut n_zero) = (0, 0);
    for seed in 0..60 {
        let source = program(&mut Random::new(1000 + seed));
        let told = told(&source);
        for (entry, slope) in ENTRIES.iter().zip(numbers(&source)) {
            let is_told = told.contains(entry);
            assert!(!is_told || slope.abs() < 1e-12, "{entry}: {slope}\n{source}");
            n_told += usize::from(is_told);
            n_zero += usize::from(slope.abs() < 1e-12);
        }
    }
    assert!(n_told > 20, "{n_told} of {n_zero} are told");
}

#[test]
fn what_takes_long_is_left_to_the_run() {
    // A minute and more, in `main` and in a constant; what doesn't depend on it is told.
    let source = "fn chain() -> observable {
            var h = X(0);
            for i in 0..20 { h = h + X(i) + Z(i) * Z((i + 1) % 20); }
            return h;
        }
        const LOWEST: float = ground_energy(chain());
        kernel k(a: float, b: float) -> qubit[2] { let q = qubit[2]; rx(a, q[0]); rx(b, q[1]); return q; }
        fn main() {
            let a = ground_energy(chain() + chain());
            let b = LOWEST;
            let (value, (da, db)) = grad expect(Z(0), k(a, b)) wrt (a, b);
            print(da, db);
        }";
    assert_eq!(told(source), ["b"]);
}
