//! `evolve(h, t, q)`: `exp(-i t h)`, exactly where the terms commute, else as a Trotter product (Suzuki, J. Math. Phys. 32,
//! 400 (1991), <https://doi.org/10.1063/1.529425>).

use qml_gates::Gate;
use qml_prelude::Value;
use qml_prelude::observable::{Pauli, PauliString};
use qml_source::Span;
use smallvec::SmallVec;

use super::bind::Binary;
use super::faults::{self, Failure};
use super::machine::{Machine, int};
use super::observables;
use super::qubits;
use super::value::Abstract;
use crate::circuit::{Angle, Control, Op, OpKind, Wire, letter_rotation};

/// A summand of the observable, without its coefficient.
enum Term {
    Pauli(PauliString),
    Projector(Vec<bool>),
}

impl Machine<'_> {
    pub(super) fn evolve(&mut self, args: &[Abstract], span: Span) -> Result<Vec<Abstract>, Failure> {
        let Some(observable) = observables::to_symbolic(&args[0]) else {
            return Err(faults::not_hermitian(span));
        };
        if matches!(args[1], Abstract::Outcome(_)) {
            return Err(faults::depends_on_outcome("an angle", span));
        }
        let time = args[1].to_angle();
        let wires = qubits::operand(&args[2]).wires.clone();
        let steps = optional_int(&args[3], "the number of steps", span)?;
        let order = optional_int(&args[4], "the order", span)?.unwrap_or(1);
        if order != 1 && (order < 1 || order % 2 != 0) {
            return Err(faults::unknown_order(order, span));
        }
        if let Some(steps) = steps.filter(|&steps| steps < 1) {
            return Err(faults::too_small("the number of steps", steps, 1, span));
        }
        let mut terms: Vec<(Term, Angle)> = Vec::new();
        for (string, coefficient) in &observable.terms {
            check_range(string.last().map(|letter| letter.0 as usize), wires.len(), span)?;
            let angle = self.bind.binary(Binary::Mul, &time, coefficient);
            terms.push((Term::Pauli(string.clone()), angle));
        }
        for (bits, coefficient) in &observable.projectors {
            check_range(bits.len().checked_sub(1), wires.len(), span)?;
            let angle = self.bind.binary(Binary::Mul, &time, coefficient);
            terms.push((Term::Projector(bits.clone()), angle));
        }
        match (first_conflict(&terms), steps) {
            (None, _) => self.product(&terms, 1.0, false, &wires, span)?,
            (Some((a, b)), None) => return Err(faults::terms_do_not_commute(&a, &b, span)),
            (Some(_), Some(steps)) => {
                let fraction = 1.0 / steps as f64;
                for _ in 0..steps {
                    self.suzuki(&terms, order, fraction, &wires, span)?;
                }
            }
        }
        Ok(Vec::new())
    }

    /// One step of the product formula of this order, for a fraction of the time.
    fn suzuki(
        &mut self,
        terms: &[(Term, Angle)],
        order: i64,
        fraction: f64,
        wires: &[Wire],
        span: Span,
    ) -> Result<(), Failure> {
        match order {
            1 => self.product(terms, fraction, false, wires, span),
            2 => {
                self.product(terms, fraction / 2.0, false, wires, span)?;
                self.product(terms, fraction / 2.0, true, wires, span)
            }
            _ => {
                // S_2k(t) = S_2k-2(p t)^2 S_2k-2((1 - 4p) t) S_2k-2(p t)^2 with p = 1 / (4 - 4^(1 / (2k - 1))).
                let p = 1.0 / (4.0 - 4f64.powf(1.0 / (order as f64 - 1.0)));
                for part in [p, p, 1.0 - 4.0 * p, p, p] {
                    self.suzuki(terms, order - 2, fraction * part, wires, span)?;
                }
                Ok(())
            }
        }
    }

    /// The product of the exponentials of all terms.
    fn product(
        &mut self,
        terms: &[(Term, Angle)],
        fraction: f64,
        is_reversed: bool,
        wires: &[Wire],
        span: Span,
    ) -> Result<(), Failure> {
        for index in 0..terms.len() {
            let (term, angle) = &terms[if is_reversed { terms.len() - 1 - index } else { index }];
            self.exponential(term, &angle.times(fraction), wires, span)?;
        }
        Ok(())
    }

    /// `exp(-i angle term)`.
    fn exponential(&mut self, term: &Term, angle: &Angle, wires: &[Wire], span: Span) -> Result<(), Failure> {
        match term {
            Term::Pauli(string) => self.pauli_exponential(string, angle, wires, span),
            Term::Projector(bits) => {
                let mut ops = vec![Op::gate(Gate::Gphase, &[angle.times(-1.0)], &[], span)];
                for (&on_one, &wire) in bits.iter().zip(wires) {
                    let control = Control { wire, on_one };
                    ops = ops.into_iter().flat_map(|op| super::controls::controlled(op, control)).collect();
                }
                ops.into_iter().try_for_each(|op| self.emit(op))
            }
        }
    }

    fn pauli_exponential(
        &mut self,
        string: &PauliString,
        angle: &Angle,
        wires: &[Wire],
        span: Span,
    ) -> Result<(), Failure> {
        let rotation = angle.times(2.0);
        match string[..] {
            [] => self.phase(&angle.times(-1.0), span),
            [(qubit, letter)] => {
                self.emit(Op::gate(letter_rotation(letter), &[rotation], &[wires[qubit as usize]], span))
            }
            _ => {
                let mut pauli: SmallVec<[(Wire, Pauli); 4]> =
                    string.iter().map(|&(qubit, letter)| (wires[qubit as usize], letter)).collect();
                pauli.sort_unstable();
                let kind = OpKind::PauliRotation { pauli, angle: rotation, controls: SmallVec::new() };
                self.emit(Op { kind, span })
            }
        }
    }
}

/// An int that may be left out.
fn optional_int(value: &Abstract, what: &str, span: Span) -> Result<Option<i64>, Failure> {
    match value {
        Abstract::Known(Value::Unit) => Ok(None),
        value => int(value, what, span).map(Some),
    }
}

fn check_range(highest: Option<usize>, len: usize, span: Span) -> Result<(), Failure> {
    match highest {
        Some(qubit) if qubit >= len => Err(faults::observable_too_large(qubit, len, span)),
        _ => Ok(()),
    }
}

/// The first two terms that don't commute.
fn first_conflict(terms: &[(Term, Angle)]) -> Option<(String, String)> {
    for (index, (a, _)) in terms.iter().enumerate() {
        for (b, _) in &terms[index + 1..] {
            if !commute(a, b) {
                return Some((describe(a), describe(b)));
            }
        }
    }
    None
}

fn commute(a: &Term, b: &Term) -> bool {
    match (a, b) {
        (Term::Pauli(a), Term::Pauli(b)) => strings_commute(a, b),
        (Term::Projector(_), Term::Projector(_)) => true,
        // A projector commutes with a string that is of Z on the projector's qubits.
        (Term::Pauli(string), Term::Projector(bits)) | (Term::Projector(bits), Term::Pauli(string)) => {
            string.iter().all(|&(qubit, letter)| letter == Pauli::Z || qubit as usize >= bits.len())
        }
    }
}

/// Whether the letters differ on an even number of shared qubits.
fn strings_commute(a: &PauliString, b: &PauliString) -> bool {
    let (mut i, mut j, mut n_different) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                n_different += usize::from(a[i].1 != b[j].1);
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    n_different % 2 == 0
}

fn describe(term: &Term) -> String {
    match term {
        Term::Pauli(string) if string.is_empty() => "I()".to_string(),
        Term::Pauli(string) => {
            let letters: Vec<String> =
                string.iter().map(|(qubit, letter)| format!("{letter:?}({qubit})")).collect();
            letters.join(" * ")
        }
        Term::Projector(bits) => {
            let digits: String = bits.iter().map(|&bit| if bit { '1' } else { '0' }).collect();
            format!("the projector on {digits}")
        }
    }
}
