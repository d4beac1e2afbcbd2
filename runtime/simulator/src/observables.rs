//! What an observable has to be, whatever it is measured on.

use qml_prelude::observable::Observable;

use crate::Fault;

/// How far the imaginary part of a coefficient may be from zero, relative to its size where that is over one.
const HERMITIAN: f64 = 1e-12;

/// Whether the observables are Hermitian ones of a register of so many qubits, as every function here demands.
pub fn check_observables(register: usize, observables: &[Observable]) -> Result<(), Fault> {
    for (index, observable) in observables.iter().enumerate() {
        let beyond = observable.terms.keys().flatten().find(|(qubit, _)| *qubit as usize >= register);
        if let Some(&(qubit, _)) = beyond {
            return Err(Fault::QubitOutOfRange { qubit, register });
        }
        if let Some((bits, _)) = observable.projectors.iter().find(|(bits, _)| bits.len() != register) {
            return Err(Fault::ProjectorLength { bits: bits.len(), register });
        }
        let is_real = |coefficient: &crate::C64| {
            coefficient.im.abs() <= HERMITIAN * coefficient.norm().max(1.0) && coefficient.re.is_finite()
        };
        if let Some(&coefficient) = observable.coefficients().find(|coefficient| !is_real(coefficient)) {
            return Err(Fault::NotHermitian { observable: index, coefficient });
        }
    }
    Ok(())
}
