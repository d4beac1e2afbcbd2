//! Large constant matrices, as products of matrices on two basis states (Reck et al., PRL 73, 58 (1994)).

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Wire};

use super::Lowering;
use crate::one_qubit::{C64, M2, dagger};

impl Lowering {
    /// A matrix on three or more wires. Neighbours in Gray code differ in one bit, so each factor is a gate on that
    /// wire, controlled on all others.
    pub fn two_level(&mut self, matrix: &[C64], wires: &[Wire], controls: &[Wire]) {
        let dim = 1 << wires.len();
        let gray = |i: usize| i ^ (i >> 1);
        let mut m = matrix.to_vec();
        let mut steps: Vec<(usize, usize, M2)> = Vec::new();
        for column in 0..dim - 1 {
            for i in (column + 1..dim).rev() {
                let (upper, lower) = (gray(i - 1), gray(i));
                let (a, b) = (m[upper * dim + gray(column)], m[lower * dim + gray(column)]);
                let length = a.norm().hypot(b.norm());
                // The first row of a column must end at exactly 1, its phase too.
                if b.norm() < 1e-14 && (i - 1 != column || (a - 1.0).norm() < 1e-14) {
                    continue;
                }
                let g: M2 = [[a.conj() / length, b.conj() / length], [-b / length, a / length]];
                for c in 0..dim {
                    let (x, y) = (m[upper * dim + c], m[lower * dim + c]);
                    m[upper * dim + c] = g[0][0] * x + g[0][1] * y;
                    m[lower * dim + c] = g[1][0] * x + g[1][1] * y;
                }
                steps.push((upper, lower, g));
            }
        }
        let last = gray(dim - 1);
        let phase = Angle::constant(m[last * dim + last].arg());
        self.on_state(last, wires, |lowering| {
            lowering.multi_phase(&phase, &[controls, wires].concat());
        });
        for (upper, lower, g) in steps.into_iter().rev() {
            let bit = (upper ^ lower).trailing_zeros() as usize;
            let mut g = dagger(&g);
            if upper >> bit & 1 == 1 {
                g = [[g[1][1], g[1][0]], [g[0][1], g[0][0]]];
            }
            let others: Vec<Wire> = wires.iter().copied().filter(|&wire| wire != wires[bit]).collect();
            self.on_state(upper | 1 << bit, wires, |lowering| {
                lowering.matrix(&g, wires[bit], &[controls, &others].concat());
            });
        }
    }

    /// Makes `act`, which acts where all wires are 1, act on a basis state.
    fn on_state(&mut self, state: usize, wires: &[Wire], act: impl FnOnce(&mut Self)) {
        let zeros: Vec<Wire> =
            wires.iter().enumerate().filter(|(i, _)| state >> i & 1 == 0).map(|(_, &wire)| wire).collect();
        zeros.iter().for_each(|&wire| self.gate(Gate::X, &[], &[wire], &[]));
        act(self);
        zeros.iter().for_each(|&wire| self.gate(Gate::X, &[], &[wire], &[]));
    }
}
