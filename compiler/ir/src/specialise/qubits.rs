//! Qubits and registers: allocation, indices and slices, and that no operation uses one twice.

use std::rc::Rc;

use qml_prelude::{Tensor, Value};
use qml_source::{Span, bug};

use super::faults::{self, Failure};
use super::machine::{Machine, int, known};
use super::value::Abstract;
use crate::circuit::Wire;

/// No machine has more.
const MAX_WIRES: u32 = 1 << 20;

/// A qubit or a register.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Qubits {
    pub wires: Rc<[Wire]>,
    pub is_register: bool,
    /// The expression that chose them.
    pub span: Span,
}

impl Machine<'_> {
    pub(super) fn allocate(&mut self, count: &Abstract, span: Span) -> Result<Abstract, Failure> {
        self.require_irreversible("`qubit[...]`", span)?;
        let count = int(count, "the number of qubits", span)?;
        if count < 0 {
            return Err(faults::too_small("the number of qubits", count, 0, span));
        }
        if count > i64::from(MAX_WIRES - self.n_wires) {
            return Err(faults::too_large(&format!("{MAX_WIRES} qubits"), span));
        }
        let start = self.n_wires;
        self.n_wires += count as u32;
        let wires = (start..self.n_wires).map(Wire).collect();
        Ok(Abstract::Qubits(Qubits { wires, is_register: true, span }))
    }
}

/// `register[index]`.
pub(super) fn qubit_at(register: &Abstract, index: &Abstract, span: Span) -> Result<Abstract, Failure> {
    let register = operand(register);
    let index = int(index, "the index of a qubit", span)?;
    match usize::try_from(index).ok().and_then(|index| register.wires.get(index)) {
        Some(&wire) => Ok(Abstract::Qubits(Qubits { wires: [wire].into(), is_register: false, span })),
        None => Err(faults::qubit_out_of_range(index, register, span)),
    }
}

/// `register[a..b]`, or the qubits at the indices of a tensor.
pub(super) fn qubit_slice(register: &Abstract, part: &Abstract, span: Span) -> Result<Abstract, Failure> {
    let register = operand(register);
    let len = register.wires.len();
    let wires: Rc<[Wire]> = match known(part, "the index of a qubit", span)? {
        Value::Tuple(bounds) => {
            let bound = |value: &Value, default| if *value == Value::Unit { default } else { value.to_int() };
            let (start, end) = (bound(&bounds[0], 0), bound(&bounds[1], len as i64));
            if start < 0 || end > len as i64 || start > end {
                return Err(faults::slice_out_of_range(start, end, register, span));
            }
            register.wires[start as usize..end as usize].into()
        }
        Value::Tensor(Tensor::Bool(mask)) => {
            if mask.len() != len {
                return Err(faults::lengths_differ("the index", len, mask.len(), span));
            }
            register
                .wires
                .iter()
                .zip(mask.iter())
                .filter(|(_, chosen)| **chosen)
                .map(|(wire, _)| *wire)
                .collect()
        }
        indices => {
            let mut wires = Vec::new();
            for index in indices.clone().into_ints() {
                match usize::try_from(index).ok().and_then(|index| register.wires.get(index)) {
                    Some(wire) if wires.contains(wire) => {
                        return Err(faults::same_qubit_twice(register, register, *wire, "the slice", span));
                    }
                    Some(&wire) => wires.push(wire),
                    None => return Err(faults::qubit_out_of_range(index, register, span)),
                }
            }
            wires.into()
        }
    };
    Ok(Abstract::Qubits(Qubits { wires, is_register: true, span }))
}

/// The qubits of an operand.
pub(super) fn operand(value: &Abstract) -> &Qubits {
    match value {
        Abstract::Qubits(qubits) => qubits,
        other => bug!("{other:?} as qubits"),
    }
}

/// Checks that no wire is in two operands, or twice in one.
pub(super) fn check_distinct(operands: &[&Qubits], what: &str, span: Span) -> Result<(), Failure> {
    let total: usize = operands.iter().map(|operand| operand.wires.len()).sum();
    if total < 2 {
        return Ok(());
    }
    let owned = |(index, operand): (usize, &&Qubits)| {
        operand.wires.iter().map(|&wire| (wire, index)).collect::<Vec<_>>()
    };
    let mut all: Vec<(Wire, usize)> = operands.iter().enumerate().flat_map(owned).collect();
    all.sort_unstable();
    match all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => {
            Err(faults::same_qubit_twice(operands[pair[0].1], operands[pair[1].1], pair[0].0, what, span))
        }
        None => Ok(()),
    }
}
