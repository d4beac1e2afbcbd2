//! `adjoint`, `control`, `power` and `within` on random bodies, as matrices.

use std::fmt::Write;

use qml_gates::Gate;
use qml_prelude::Value;
use qml_source::Code;

use super::{bound, fault};
use crate::circuit::dense::{self, C64};
use crate::circuit::testing::{Random, distance};

type Matrix = Vec<Vec<C64>>;

/// Three wires; the bodies act on wires 0 and 1, wire 2 is for controls.
fn kernel(body: &str) -> String {
    format!(
        "
kernel @k(%0 a: float, %1 b: float) -> (register) {{
  %2: int = const[3]
  %3: register = allocate %2
  %4: int = const[0]
  %5: int = const[1]
  %6: int = const[2]
  %7: int = const[-3]
  %10: qubit = qubit_at %3, %4
  %11: qubit = qubit_at %3, %5
  %12: qubit = qubit_at %3, %6
  %20: float = mul %0, %1
{body}
  return %3
}}
"
    )
}

/// Random gates on wires 0 and 1, global phases among them.
fn random_body(random: &mut Random) -> String {
    let mut body = String::new();
    for _ in 0..6 {
        let gate = Gate::ALL[random.below(Gate::ALL.len())];
        let def = gate.def();
        if def.wires.len() > 2 {
            continue;
        }
        let mut operands: Vec<&str> =
            (0..def.params.len()).map(|_| ["%0", "%1", "%20"][random.below(3)]).collect();
        let wires = if random.chance(0.5) { ["%10", "%11"] } else { ["%11", "%10"] };
        operands.extend(&wires[..def.wires.len()]);
        let _ = writeln!(body, "  gate[{}] {}", def.name, operands.join(", "));
    }
    let _ = writeln!(body, "  gate[gphase] %1");
    body
}

fn matrix(body: &str, angles: [f64; 2]) -> Matrix {
    let (specialised, slots) = bound(&kernel(body), &angles.map(Value::Float));
    dense::unitary(&specialised.circuit, &slots)
}

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    let n = a.len();
    let entry = |i: usize, j: usize| (0..n).map(|k| a[i][k] * b[k][j]).sum();
    (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect()
}

fn dagger(a: &Matrix) -> Matrix {
    (0..a.len()).map(|i| (0..a.len()).map(|j| a[j][i].conj()).collect()).collect()
}

/// `u` where wire 2 has this value, the identity elsewhere.
fn controlled(u: &Matrix, value: usize) -> Matrix {
    let entry = |i: usize, j: usize| {
        if i >> 2 == value && j >> 2 == value { u[i][j] } else { C64::new(f64::from(u8::from(i == j)), 0.0) }
    };
    (0..8).map(|i| (0..8).map(|j| entry(i, j)).collect()).collect()
}

fn for_random_bodies(check: impl Fn(&str, [f64; 2], &Matrix)) {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let body = random_body(&mut random);
        let angles = [random.unit() * 3.0, random.unit() * 3.0];
        check(&body, angles, &matrix(&body, angles));
    }
}

#[test]
fn adjoint_is_the_inverse() {
    for_random_bodies(|body, angles, u| {
        let adjoint = matrix(&format!("  adjoint {{\n{body}    yield\n  }}"), angles);
        assert!(distance(&adjoint, &dagger(u)) < 1e-12, "{body}");
        let twice =
            matrix(&format!("  adjoint {{\n  adjoint {{\n{body}    yield\n  }}\n  yield\n  }}"), angles);
        assert!(distance(&twice, u) < 1e-12, "{body}");
    });
}

#[test]
fn control_keeps_phases() {
    for_random_bodies(|body, angles, u| {
        for (flag, value) in [("true", 1), ("false", 0)] {
            let text = format!("  control[{flag}] %12 {{\n{body}    yield\n  }}");
            assert!(distance(&matrix(&text, angles), &controlled(u, value)) < 1e-12, "{text}");
        }
    });
}

#[test]
fn adjoint_and_control_commute() {
    for_random_bodies(|body, angles, u| {
        let text = format!("  adjoint {{\n  control[false] %12 {{\n{body}    yield\n  }}\n  yield\n  }}");
        assert!(distance(&matrix(&text, angles), &controlled(&dagger(u), 0)) < 1e-12, "{text}");
    });
}

#[test]
fn power_repeats_and_inverts() {
    for_random_bodies(|body, angles, u| {
        let power = |exponent: &str| matrix(&format!("  power {exponent} {{\n{body}    yield\n  }}"), angles);
        assert!(distance(&power("%6"), &times(u, u)) < 1e-12);
        assert!(distance(&power("%7"), &dagger(&times(u, &times(u, u)))) < 1e-12);
        assert!(distance(&times(&power("%4"), u), u) < 1e-12);
    });
}

#[test]
fn within_conjugates() {
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let (v, u) = (random_body(&mut random), random_body(&mut random));
        let angles = [random.unit(), random.unit()];
        let text = format!("  within {{\n{v}    yield\n  }} {{\n{u}    yield\n  }}");
        let (v, u) = (matrix(&v, angles), matrix(&u, angles));
        assert!(distance(&matrix(&text, angles), &times(&dagger(&v), &times(&u, &v))) < 1e-12);
    }
}

#[test]
fn a_doubly_controlled_phase_is_one_on_both() {
    let text = "  control[true, false] %12, %10 {\n    gate[gphase] %0\n    yield\n  }";
    let u = matrix(text, [0.7, 0.0]);
    for (index, row) in u.iter().enumerate() {
        let phase = if index & 0b101 == 0b100 { 0.7 } else { 0.0 };
        assert!((row[index] - C64::from_polar(1.0, phase)).norm() < 1e-12);
    }
}

#[test]
fn what_cannot_be_undone_is_refused() {
    let args = [Value::Float(0.1), Value::Float(0.2)];
    let check = |body: &str, code| assert_eq!(fault(&kernel(body), &args), code, "{body}");
    check("  adjoint {\n    reset %10\n    yield\n  }", Code::Q0410);
    check("  control[true] %12 {\n    %30: bool = measure %10\n    yield\n  }", Code::Q0410);
    check("  power %6 {\n    %30: register = allocate %6\n    yield\n  }", Code::Q0410);
    check("  within {\n    reset %10\n    yield\n  } {\n    yield\n  }", Code::Q0410);
    check("  control[true] %10 {\n    gate[x] %10\n    yield\n  }", Code::Q0440);
    check("  control[true, true] %10, %10 {\n    gate[x] %11\n    yield\n  }", Code::Q0440);
}

#[test]
fn a_circuit_without_end_is_refused() {
    let body = "  %30: int = const[1000000000]\n  power %30 {\n    gate[x] %10\n    yield\n  }";
    assert_eq!(fault(&kernel(body), &[Value::Float(0.1), Value::Float(0.2)]), Code::Q0449);
}
