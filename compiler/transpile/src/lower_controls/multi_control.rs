//! X and phases with many controls (Barenco et al., quant-ph/9503016, section 7).

use std::f64::consts::FRAC_PI_4;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Pauli, Wire};

use super::{Lowering, is_half_turn};

impl Lowering {
    /// X of a wire where all controls are 1.
    pub fn multi_x(&mut self, controls: &[Wire], target: Wire) {
        match *controls {
            [] => {
                self.rotation_with_phase(Gate::Rx, std::f64::consts::PI, target, std::f64::consts::FRAC_PI_2);
            }
            [control] => self.push(Gate::Cx, &[], &[control, target]),
            [a, b] => self.toffoli(a, b, target),
            _ => {
                let borrowed = self.other_wires(&[controls, &[target]].concat());
                if borrowed.len() >= controls.len() - 2 {
                    self.chain(controls, &borrowed, target);
                } else if let Some(&borrowed) = borrowed.first() {
                    self.split(controls, borrowed, target);
                } else {
                    self.push(Gate::H, &[], &[target]);
                    self.phase_ladder(
                        &Angle::constant(std::f64::consts::PI),
                        &[controls, &[target]].concat(),
                    );
                    self.push(Gate::H, &[], &[target]);
                }
            }
        }
    }

    /// The phase `exp(i angle)` where all wires are 1.
    pub fn multi_phase(&mut self, angle: &Angle, wires: &[Wire]) {
        match *wires {
            [] => self.phase(angle.clone()),
            [wire] => {
                self.push(Gate::Rz, std::slice::from_ref(angle), &[wire]);
                self.phase(angle.times(0.5));
            }
            [a, b] if is_half_turn(angle) => self.push(Gate::Cz, &[], &[a, b]),
            // (1 - Z_a)(1 - Z_b)/4 multiplied out.
            [a, b] => {
                let half = angle.times(0.5);
                self.push(Gate::Rz, std::slice::from_ref(&half), &[a]);
                self.push(Gate::Rz, std::slice::from_ref(&half), &[b]);
                self.pauli_rotation(&[(a, Pauli::Z), (b, Pauli::Z)], &half.times(-1.0), &[]);
                self.phase(angle.times(0.25));
            }
            [ref controls @ .., target] => {
                let has_room = controls.len() == 2 || wires.len() < self.n_wires;
                if is_half_turn(angle) && has_room {
                    self.push(Gate::H, &[], &[target]);
                    self.multi_x(controls, target);
                    self.push(Gate::H, &[], &[target]);
                } else {
                    self.phase_ladder(angle, wires);
                }
            }
        }
    }

    /// Half of the phase by the last two wires, once as they are and once with the parity of the others in between.
    fn phase_ladder(&mut self, angle: &Angle, wires: &[Wire]) {
        let [rest @ .., control, target] = wires else { return self.multi_phase(angle, wires) };
        if rest.is_empty() {
            return self.multi_phase(angle, wires);
        }
        let half = angle.times(0.5);
        self.multi_phase(&half, &[*control, *target]);
        self.multi_x(rest, *control);
        self.multi_phase(&half.times(-1.0), &[*control, *target]);
        self.multi_x(rest, *control);
        self.multi_phase(&half, &[rest, &[*target]].concat());
    }

    /// Toffoli by six CX.
    fn toffoli(&mut self, a: Wire, b: Wire, target: Wire) {
        let quarter = |lowering: &mut Self, sign: f64, wire: Wire| {
            lowering.rotation_with_phase(Gate::Rz, sign * FRAC_PI_4, wire, sign * FRAC_PI_4 / 2.0);
        };
        self.push(Gate::H, &[], &[target]);
        for (control, sign) in [(b, -1.0), (a, 1.0), (b, -1.0)] {
            self.push(Gate::Cx, &[], &[control, target]);
            quarter(self, sign, target);
        }
        self.push(Gate::Cx, &[], &[a, target]);
        quarter(self, 1.0, target);
        self.push(Gate::H, &[], &[target]);
        quarter(self, 1.0, b);
        self.push(Gate::Cx, &[], &[a, b]);
        quarter(self, 1.0, a);
        quarter(self, -1.0, b);
        self.push(Gate::Cx, &[], &[a, b]);
    }

    /// Lemma 7.2: `k - 2` borrowed wires in any state, which they have again at the end.
    fn chain(&mut self, controls: &[Wire], borrowed: &[Wire], target: Wire) {
        let k = controls.len();
        let mut steps = vec![(controls[k - 1], borrowed[k - 3], target)];
        steps.extend((1..k - 2).rev().map(|i| (controls[i + 1], borrowed[i - 1], borrowed[i])));
        for steps in [&steps[..], &steps[1..]] {
            steps.iter().for_each(|&(a, b, c)| self.toffoli(a, b, c));
            self.toffoli(controls[0], controls[1], borrowed[0]);
            steps.iter().rev().for_each(|&(a, b, c)| self.toffoli(a, b, c));
        }
    }

    /// Lemma 7.3: one borrowed wire takes the first half of the controls.
    fn split(&mut self, controls: &[Wire], borrowed: Wire, target: Wire) {
        let (first, second) = controls.split_at(controls.len().div_ceil(2));
        let second = [second, &[borrowed]].concat();
        for _ in 0..2 {
            self.multi_x(first, borrowed);
            self.multi_x(&second, target);
        }
    }

    fn other_wires(&self, used: &[Wire]) -> Vec<Wire> {
        (0..self.n_wires as u32).map(Wire).filter(|wire| !used.contains(wire)).collect()
    }
}
