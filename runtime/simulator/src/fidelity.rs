//! The squared overlap of two states, and its gradient.

use crate::bind::Bound;
use crate::ket::Ket;
use crate::pieces::for_pieces_mut;
use crate::plan::Plan;
use crate::simulator::{Amplitude, Precision, Simulator};
use crate::state::Parts;
use crate::sweep::sweep;
use crate::walk::Purpose;
use crate::{C64, Fault};

/// A fidelity with its derivatives.
#[derive(Clone, Debug, PartialEq)]
pub struct Fidelity {
    /// `|<a|b>|^2`.
    pub value: f64,
    /// The derivative with respect to the first circuit's slots.
    pub d_left: Vec<f64>,
    /// The derivative with respect to the second circuit's slots.
    pub d_right: Vec<f64>,
}

impl Simulator {
    /// The squared overlap `|<a|b>|^2` of the registers of two circuits; both must be pure.
    pub fn fidelity(&self, left: (&Plan, &[f64]), right: (&Plan, &[f64])) -> Result<f64, Fault> {
        check_sizes(left.0, right.0)?;
        let a = self.state(left.0, left.1)?.value;
        let b = self.state(right.0, right.1)?.value;
        self.overlap(&a, &b)
    }

    /// The squared overlap and its derivatives.
    pub fn fidelity_vjp(&self, left: (&Plan, &[f64]), right: (&Plan, &[f64])) -> Result<Fidelity, Fault> {
        check_sizes(left.0, right.0)?;
        match self.precision() {
            Precision::F64 => self.fidelity_vjp_in::<f64>(left, right),
            Precision::F32 => self.fidelity_vjp_in::<f32>(left, right),
        }
    }

    fn fidelity_vjp_in<T: Amplitude>(
        &self,
        left: (&Plan, &[f64]),
        right: (&Plan, &[f64]),
    ) -> Result<Fidelity, Fault> {
        let (left, right) = (self.bind::<T>(left.0, left.1)?, self.bind::<T>(right.0, right.1)?);
        let (a, b) = (self.pure_state(&left)?.value, self.pure_state(&right)?.value);
        let d_left = self.d_projector(&left, &b)?;
        let d_right = self.d_projector(&right, &a)?;
        Ok(Fidelity { value: self.overlap(&a, &b)?, d_left, d_right })
    }

    /// The derivative of `<target| rho |target>`, where `rho` is the register's density matrix.
    fn d_projector<T: Amplitude>(&self, bound: &Bound<T>, target: &[C64]) -> Result<Vec<f64>, Fault> {
        let parts = Parts::new(&self.run, bound.plan)?;
        let mut leaf = |psi: &Ket<T>, bra: &mut Ket<T>| {
            for_pieces_mut(&self.run, bra, |_, piece| piece.fill(T::ZERO));
            for rest in parts.rests() {
                let along = parts.overlap(&self.run, target, psi, rest);
                for i in self.run.pieces(target.len()).flatten() {
                    bra.set(parts.indices[i] | rest, target[i] * along);
                }
                self.run.check()?;
            }
            Ok(())
        };
        Ok(sweep(self, bound, Purpose::State, &mut leaf)?.0)
    }
}

fn check_sizes(left: &Plan, right: &Plan) -> Result<(), Fault> {
    let (left, right) = (left.register_len(), right.register_len());
    if left == right { Ok(()) } else { Err(Fault::RegisterMismatch { left, right }) }
}
