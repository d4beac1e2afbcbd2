//! Compiled once, bound in microseconds.
//!
//! A [`Template`] is a compiled circuit whose angles are forms over slots, flattened to one sparse matrix: to bind it is
//! to run the bind program (what is not affine, two-qubit blocks among it) and one product with that matrix. Nothing is
//! compiled, looked up or allocated on the way, so that each step of a training loop costs less than reading its result.
//! Structure never depends on values: the same gates, the same qubits, the same noise. Where values are known for good, the
//! circuit with these values is compiled instead: it may need fewer gates.

use qml_devices::Device;
use qml_ir::circuit::{Angle, Circuit, Op};
use qml_ir::specialise::BindProgram;
use qml_prelude::Fault;
use qml_source::Diagnostic;
use rayon::prelude::*;

use crate::one_qubit::wrap;
use crate::{Compiled, Options, compile};

/// A compiled circuit that waits for its inputs.
#[derive(Clone, Debug)]
pub struct Template {
    compiled: Compiled,
    bind: BindProgram,
    /// Row `i` of the sparse matrix has the entries `offsets[i]..offsets[i + 1]` of `terms`, and this constant.
    constants: Vec<f64>,
    offsets: Vec<u32>,
    /// Slot and coefficient.
    terms: Vec<(u32, f64)>,
}

/// The angles of a template for one set of inputs, and the room to compute them in.
#[derive(Clone, Debug, Default)]
pub struct Angles {
    /// In radians, not reduced: one for each angle with slots, operation by operation.
    pub values: Vec<f64>,
    slots: Vec<f64>,
}

/// Sets of inputs that one thread binds at a time.
const CHUNK: usize = 32;

impl Template {
    /// Compiles a circuit whose slots are computed by `bind` from its inputs; two-qubit blocks may get their angles when
    /// values are bound.
    ///
    /// # Errors
    /// As [`compile`].
    pub fn compile(
        circuit: &Circuit,
        bind: &BindProgram,
        device: &Device,
        options: &Options,
    ) -> Result<Self, Diagnostic> {
        let compiled = compile(circuit, device, &Options { blocks_at_bind: true, ..*options })?;
        Ok(Self::new(compiled, bind))
    }

    /// The template of a compiled circuit; `bind` computes the slots of its source.
    pub fn new(compiled: Compiled, bind: &BindProgram) -> Self {
        let mut bind = bind.clone();
        bind.nodes.extend_from_slice(&compiled.computed);
        assert_eq!(compiled.circuit.slots.len(), bind.n_slots(), "a bind program for the source's slots");
        let (mut constants, mut offsets, mut terms) = (Vec::new(), vec![0], Vec::new());
        compiled.circuit.visit(|op| {
            for angle in op.angles().iter().filter(|angle| !angle.is_constant()) {
                constants.push(angle.constant);
                terms.extend(angle.terms.iter().map(|&(slot, factor)| (slot.0, factor)));
                offsets.push(terms.len() as u32);
            }
        });
        Self { compiled, bind, constants, offsets, terms }
    }

    /// The compiled circuit with its slots, and its figures.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// How slots are computed from the inputs, those that compilation added included.
    pub fn bind_program(&self) -> &BindProgram {
        &self.bind
    }

    /// Names of the inputs, in the order in which they are bound.
    pub fn inputs(&self) -> &[String] {
        &self.compiled.circuit.slots[..self.bind.n_inputs]
    }

    /// How many angles there are to bind.
    pub fn n_angles(&self) -> usize {
        self.constants.len()
    }

    /// Computes the angles for some inputs. Allocates only the first time that `angles` is used, and for functions of the
    /// program that are called.
    ///
    /// # Errors
    /// What a function refuses that is called on these inputs.
    pub fn bind(&self, inputs: &[f64], angles: &mut Angles) -> Result<(), Fault> {
        let Angles { values, slots } = angles;
        self.bind.bind(inputs, slots)?;
        values.resize(self.n_angles(), 0.0);
        self.multiply(slots, values);
        Ok(())
    }

    /// Computes the angles for many sets of inputs, on all threads of the pool. Both tables hold one set after the other:
    /// input `i` of set `k` is `inputs[k * n_inputs + i]`, angle `i` of it `angles[k * n_angles + i]`. The result does
    /// not depend on the number of threads.
    ///
    /// # Errors
    /// The first set for which a called function refuses its arguments; angles of sets after it are not all computed.
    pub fn bind_batch(&self, inputs: &[f64], angles: &mut [f64]) -> Result<(), Fault> {
        let (n_inputs, n_angles) = (self.bind.n_inputs, self.n_angles());
        if n_angles == 0 {
            return Ok(());
        }
        assert_eq!(
            inputs.len() * n_angles,
            angles.len() * n_inputs,
            "a row of angles for each row of inputs"
        );
        let one_chunk = |(chunk, angles): (usize, &mut [f64])| {
            let mut slots = Vec::new();
            angles.chunks_exact_mut(n_angles).enumerate().try_for_each(|(k, angles)| {
                let from = (chunk * CHUNK + k) * n_inputs;
                self.bind.bind(&inputs[from..from + n_inputs], &mut slots)?;
                self.multiply(&slots, angles);
                Ok(())
            })
        };
        let chunks = angles.par_chunks_mut(CHUNK * n_angles).enumerate();
        // Collected in order: the same error for any number of threads.
        chunks.map(one_chunk).collect::<Vec<Result<(), Fault>>>().into_iter().collect()
    }

    /// The circuit for bound angles: no slots, angles within half a turn.
    pub fn circuit(&self, angles: &[f64]) -> Circuit {
        assert_eq!(angles.len(), self.n_angles(), "as many angles as the template has");
        let mut circuit = self.compiled.circuit.clone();
        circuit.slots.clear();
        let mut angles = angles.iter();
        circuit.visit_mut(|op: &mut Op| {
            for angle in op.angles_mut().iter_mut().filter(|angle| !angle.is_constant()) {
                *angle = Angle::constant(angles.next().map_or(f64::NAN, |&value| wrap(value)));
            }
        });
        circuit
    }

    /// The product of the sparse matrix with the slots.
    fn multiply(&self, slots: &[f64], angles: &mut [f64]) {
        for ((angle, constant), ends) in angles.iter_mut().zip(&self.constants).zip(self.offsets.windows(2)) {
            let terms = &self.terms[ends[0] as usize..ends[1] as usize];
            *angle = terms.iter().fold(*constant, |sum, &(slot, factor)| sum + factor * slots[slot as usize]);
        }
    }
}

#[cfg(test)]
mod tests;
