//! Single constructs, each with the circuit or the error that it must give.

use qml_prelude::Value;
use qml_source::Code;

use super::{bound, circuit_text, distance, fault, state};
use crate::circuit::dense::{self, C64};

const BELL: &str = "
kernel @k(%0 n: int, %1 t: float) -> (register) {
  %2: register = allocate %0
  %3: int = const[0]
  %4: int = const[1]
  %5: qubit = qubit_at %2, %3
  gate[ry] %1, %5
  for %4, %0 { (%6: int)
    %7: int = sub %6, %4
    %8: qubit = qubit_at %2, %7
    %9: qubit = qubit_at %2, %6
    gate[cx] %8, %9
    yield
  }
  return %2
}
";

#[test]
fn loops_are_unrolled_and_floats_stay_symbols() {
    let (specialised, slots) = bound(BELL, &[Value::Int(3), Value::Float(0.4)]);
    assert_eq!(specialised.n_inputs, 1);
    assert_eq!(specialised.circuit.slots, ["t"]);
    assert_eq!(specialised.circuit.ops.len(), 3);
    assert_eq!(specialised.result.register, Some(3));
    let state = dense::final_state(&specialised.circuit, &slots, 0);
    assert!((state[0].re - 0.2f64.cos()).abs() < 1e-12 && (state[7].re - 0.2f64.sin()).abs() < 1e-12);
}

#[test]
fn the_key_has_no_floats() {
    let args = |n, t| super::argument::split(&[Value::Int(n), Value::Float(t)]);
    assert_eq!(args(3, 0.1).0, args(3, 0.2).0);
    assert_ne!(args(3, 0.1).0, args(4, 0.1).0);
}

#[test]
fn gates_broadcast() {
    let text = "
kernel @k(%0 t: tensor(float, 1)) -> (register) {
  %1: int = const[3]
  %2: register = allocate %1
  gate[ry] %0, %2
  gate[h] %2
  return %2
}
";
    let (specialised, _) = bound(text, &[Value::vector(vec![0.1, 0.2, 0.3])]);
    assert_eq!(specialised.circuit.slots, ["t_0", "t_1", "t_2"]);
    assert_eq!(specialised.circuit.ops.len(), 6);
    assert_eq!(fault(text, &[Value::vector(vec![0.1, 0.2])]), Code::Q0442);
}

#[test]
fn user_gates_broadcast_over_their_scalars() {
    let text = "
gate @g(%0 t: float, %1 q: qubit) -> () {
  gate[rx] %0, %1
  return
}

kernel @k(%0 t: tensor(float, 1)) -> (register) {
  %1: int = const[2]
  %2: register = allocate %1
  call[@g] %0, %2
  return %2
}
";
    let (specialised, slots) = bound(text, &[Value::vector(vec![0.3, 0.5])]);
    let state = dense::final_state(&specialised.circuit, &slots, 0);
    assert!((state[0].re - 0.15f64.cos() * 0.25f64.cos()).abs() < 1e-12);
}

#[test]
fn a_qubit_used_twice_is_an_error() {
    let text = "
kernel @k(%0 i: int, %1 j: int) -> (register) {
  %2: int = const[2]
  %3: register = allocate %2
  %4: qubit = qubit_at %3, %0
  %5: qubit = qubit_at %3, %1
  gate[cx] %4, %5
  return %3
}
";
    assert_eq!(fault(text, &[Value::Int(1), Value::Int(1)]), Code::Q0440);
    assert_eq!(fault(text, &[Value::Int(0), Value::Int(2)]), Code::Q0441);
    assert_eq!(fault(text, &[Value::Int(-1), Value::Int(0)]), Code::Q0441);
    assert_eq!(bound(text, &[Value::Int(0), Value::Int(1)]).0.circuit.ops.len(), 1);
}

#[test]
fn a_branch_on_a_float_is_an_error() {
    let text = "
kernel @k(%0 t: float) -> (register) {
  %1: int = const[1]
  %2: register = allocate %1
  %3: float = const[0.5]
  %4: bool = lt %0, %3
  if %4 {
    gate[x] %2
    yield
  } {
    yield
  }
  return %2
}
";
    assert_eq!(fault(text, &[Value::Float(0.1)]), Code::Q0443);
}

#[test]
fn outcomes_merge_bools_and_ints_and_nothing_else() {
    let text = "
kernel @k(%0 flag: bool) -> (tuple(bool, bool)) {
  %1: int = const[2]
  %2: register = allocate %1
  gate[h] %2
  %3: int = const[0]
  %4: qubit = qubit_at %2, %3
  %5: qubit = qubit_at %2, %1
  %6: bool = measure %4
  %7: bool = if %6 {
    yield %0
  } {
    %8: bool = not %0
    yield %8
  }
  %9: tuple(bool, bool) = tuple %6, %7
  return %9
}
";
    assert_eq!(fault(text, &[Value::Bool(true)]), Code::Q0441);
    let text = text.replace("%5: qubit = qubit_at %2, %1", "%5: qubit = qubit_at %2, %3");
    let (specialised, slots) = bound(&text, &[Value::Bool(true)]);
    assert_eq!(specialised.result.bits, 2);
    for branch in dense::branches(&specialised.circuit, &slots) {
        let bits: Vec<bool> =
            specialised.circuit.result_bits.iter().map(|bit| bit.eval(&branch.bits)).collect();
        assert_eq!(bits[0], bits[1]);
    }
    let ints = text
        .replace("%7: bool = if", "%7: int = if")
        .replace("yield %0", "yield %1")
        .replace("%8: bool = not %0\n    yield %8", "yield %3")
        .replace(
            "%9: tuple(bool, bool) = tuple %6, %7",
            "%8: bool = eq %7, %1\n  %9: tuple(bool, bool) = tuple %6, %8",
        );
    let (specialised, slots) = bound(&ints, &[Value::Bool(true)]);
    for branch in dense::branches(&specialised.circuit, &slots) {
        let bits: Vec<bool> =
            specialised.circuit.result_bits.iter().map(|bit| bit.eval(&branch.bits)).collect();
        assert_eq!(bits[0], bits[1]);
    }
    let strings = text
        .replace("%7: bool = if", "%7: string = if")
        .replace("yield %0", "%10: string = const[\"a\"]\n    yield %10")
        .replace("%8: bool = not %0\n    yield %8", "%8: string = const[\"b\"]\n    yield %8")
        .replace("%9: tuple(bool, bool) = tuple %6, %7", "%9: tuple(bool, bool) = tuple %6, %6");
    assert_eq!(fault(&strings, &[Value::Bool(true)]), Code::Q0444);
}

#[test]
fn feed_forward_becomes_a_branch_of_the_circuit() {
    let text = "
kernel @k() -> (register) {
  %0: int = const[2]
  %1: register = allocate %0
  %2: int = const[0]
  %3: int = const[1]
  %4: qubit = qubit_at %1, %2
  %5: qubit = qubit_at %1, %3
  gate[h] %4
  %6: bool = measure %4
  if %6 {
    gate[x] %5
    yield
  } {
    yield
  }
  return %1
}
";
    let (specialised, slots) = bound(text, &[]);
    let branches = dense::branches(&specialised.circuit, &slots);
    assert_eq!(branches.len(), 2);
    for branch in branches {
        let index = if branch.bits[0] { 3 } else { 0 };
        assert!((branch.state[index].norm_sqr() - 0.5).abs() < 1e-12);
    }
}

#[test]
fn recursion_is_an_error() {
    let text = "
gate @g(%0 q: qubit) -> () {
  call[@g] %0
  return
}

kernel @k() -> (register) {
  %0: int = const[1]
  %1: register = allocate %0
  call[@g] %1
  return %1
}
";
    assert_eq!(fault(text, &[]), Code::Q0450);
}

const EVOLVE: &str = "
kernel @k(%0 h: observable, %1 t: float, %2 steps: int) -> (register) {
  %3: int = const[2]
  %4: register = allocate %3
  gate[h] %4
  %5: unit = const[unit]
  %6: int = const[ORDER]
  evolve %0, %1, %4, %2, %6
  return %4
}
";

fn observable(terms: &[(&str, f64)]) -> qml_prelude::observable::Observable {
    use qml_prelude::observable::{Observable, Pauli};
    let mut sum = Observable::default();
    for (letters, coefficient) in terms {
        let letter = |(qubit, letter): (usize, char)| match letter {
            'X' => Some((qubit as u32, Pauli::X)),
            'Y' => Some((qubit as u32, Pauli::Y)),
            'Z' => Some((qubit as u32, Pauli::Z)),
            _ => None,
        };
        sum.add_term(letters.chars().enumerate().filter_map(letter).collect(), C64::new(*coefficient, 0.0));
    }
    sum
}

/// `exp(-i t h)` on the state of all plus, by its power series.
fn exact(h: &qml_prelude::observable::Observable, t: f64) -> Vec<C64> {
    let mut term = vec![C64::new(0.5, 0.0); 4];
    let mut sum = term.clone();
    for k in 1..60 {
        let mut next = vec![C64::new(0.0, 0.0); 4];
        h.multiply_add(&term, &mut next);
        term = next.into_iter().map(|x| x * C64::new(0.0, -t / f64::from(k))).collect();
        sum.iter_mut().zip(&term).for_each(|(sum, x)| *sum += x);
    }
    sum
}

#[test]
fn commuting_terms_evolve_exactly() {
    let mut h = observable(&[("ZZ", 0.7), ("XX", -0.4), ("", 0.3), ("YY", 1.1)]);
    let text = EVOLVE.replace("ORDER", "1").replace("%4, %2, %6", "%4, %5, %5");
    let args = |h: &qml_prelude::observable::Observable| {
        [Value::observable(h.clone()), Value::Float(0.6), Value::Int(1)]
    };
    assert!(distance(&state(&text, &args(&h)), &exact(&h, 0.6)) < 1e-12);
    h = observable(&[("Z", 0.7), ("ZZ", -0.4)]);
    h.projectors.push((vec![true, false], C64::new(0.9, 0.0)));
    h.projectors.push((vec![false], C64::new(-0.2, 0.0)));
    assert!(distance(&state(&text, &args(&h)), &exact(&h, 0.6)) < 1e-12);
    assert_eq!(fault(&text, &args(&observable(&[("ZZ", 1.0), ("X", 1.0)]))), Code::Q0446);
    assert_eq!(fault(&text, &args(&observable(&[("IIZ", 1.0)]))), Code::Q0447);
}

#[test]
fn trotter_products_converge_with_their_order() {
    let h = observable(&[("ZZ", 0.7), ("X", 0.5), ("IX", -0.3), ("YI", 0.2)]);
    let wanted = exact(&h, 0.8);
    for order in [1, 2, 4] {
        let text = EVOLVE.replace("ORDER", &order.to_string());
        let error = |steps| {
            let args = [Value::observable(h.clone()), Value::Float(0.8), Value::Int(steps)];
            distance(&state(&text, &args), &wanted)
        };
        let ratio = error(4) / error(8);
        let expected = 2f64.powi(order);
        assert!((ratio / expected - 1.0).abs() < 0.25, "order {order}: errors fall by {ratio}");
    }
    let args = [Value::observable(h), Value::Float(0.8), Value::Int(3)];
    assert_eq!(fault(&EVOLVE.replace("ORDER", "3"), &args), Code::Q0452);
}

#[test]
fn a_matrix_must_be_unitary() {
    let text = "
kernel @k(%0 m: tensor(complex, 2)) -> (register) {
  %1: int = const[1]
  %2: register = allocate %1
  unitary %0, %2
  return %2
}
";
    let matrix = |a: f64, b: f64| {
        let items = [a, b, b, -a].map(|x| Value::Complex(C64::new(x, 0.0)));
        let rows = items.chunks(2).map(|row| Value::vector(row.iter().map(Value::to_complex).collect()));
        let mut rows: Vec<Value> = rows.collect();
        let id = qml_prelude::BuiltinId::find("op.stack").unwrap();
        (id.row().call)(&mut Nothing, &mut rows).unwrap()
    };
    assert!(circuit_text(text, &[matrix(0.6, 0.8)]).contains("unitary"));
    assert_eq!(fault(text, &[matrix(1.0, 1.0)]), Code::Q0448);
}

/// A host that nothing is asked of.
pub(super) struct Nothing;

impl qml_prelude::Host for Nothing {
    fn print(&mut self, _: &str) -> Result<(), qml_prelude::Fault> {
        Ok(())
    }
    fn read_file(&mut self, _: &str) -> Result<Vec<u8>, qml_prelude::Fault> {
        unimplemented!()
    }
    fn write_file(&mut self, _: &str, _: &[u8]) -> Result<(), qml_prelude::Fault> {
        unimplemented!()
    }
    fn elapsed(&mut self) -> f64 {
        0.0
    }
    fn result(
        &mut self,
        _: qml_prelude::ResultFunction,
        _: i64,
        _: &[Value],
    ) -> Result<Value, qml_prelude::Fault> {
        unimplemented!()
    }
    fn interrupted(&self) -> bool {
        false
    }
}
