//! Walking over operations: their wires, bits and slots, and the operations inside of branches.

use std::borrow::Cow;

use super::{Angle, Bit, BitExpr, Circuit, Op, OpKind, Wire};

impl Op {
    /// All wires, each once: controls first, then the operands in their order; for a branch, those of both sides in the
    /// order in which they come. Borrowed where the operation holds them so, as most do: passes ask all the time.
    #[inline]
    pub fn wires(&self) -> Cow<'_, [Wire]> {
        match &self.kind {
            OpKind::Gate { wires, controls, .. } | OpKind::Unitary { wires, controls, .. }
                if controls.is_empty() =>
            {
                Cow::Borrowed(wires)
            }
            OpKind::Barrier { wires } => Cow::Borrowed(wires),
            OpKind::Measure { wire, .. } | OpKind::Reset { wire } => {
                Cow::Borrowed(std::slice::from_ref(wire))
            }
            _ => Cow::Owned(self.gathered_wires()),
        }
    }

    fn gathered_wires(&self) -> Vec<Wire> {
        let mut all: Vec<Wire> = self.controls().iter().map(|control| control.wire).collect();
        match &self.kind {
            OpKind::Gate { wires, .. } | OpKind::Unitary { wires, .. } | OpKind::Barrier { wires } => {
                all.extend_from_slice(wires);
            }
            OpKind::PauliRotation { pauli, .. } => all.extend(pauli.iter().map(|letter| letter.0)),
            OpKind::Measure { wire, .. } | OpKind::Reset { wire } => all.push(*wire),
            OpKind::If { then, otherwise, .. } => {
                for op in then.iter().chain(otherwise) {
                    for &wire in &*op.wires() {
                        if !all.contains(&wire) {
                            all.push(wire);
                        }
                    }
                }
            }
        }
        all
    }

    /// Puts every wire where `map` says, in branches too.
    pub fn map_wires(&mut self, map: &mut impl FnMut(Wire) -> Wire) {
        self.each_wire_mut(&mut |wire| *wire = map(*wire));
    }

    fn each_wire_mut(&mut self, act: &mut dyn FnMut(&mut Wire)) {
        match &mut self.kind {
            OpKind::Gate { wires, controls, .. } | OpKind::Unitary { wires, controls, .. } => {
                controls.iter_mut().for_each(|control| act(&mut control.wire));
                wires.iter_mut().for_each(act);
            }
            OpKind::PauliRotation { pauli, controls, .. } => {
                controls.iter_mut().for_each(|control| act(&mut control.wire));
                pauli.iter_mut().for_each(|letter| act(&mut letter.0));
                // The letters stay sorted.
                pauli.sort_by_key(|letter| letter.0);
            }
            OpKind::Barrier { wires } => wires.iter_mut().for_each(act),
            OpKind::Measure { wire, .. } | OpKind::Reset { wire } => act(wire),
            OpKind::If { then, otherwise, .. } => {
                then.iter_mut().chain(otherwise).for_each(|op| op.each_wire_mut(act));
            }
        }
    }

    /// The angles of the operation itself, in order; none for a branch.
    pub fn angles(&self) -> &[Angle] {
        match &self.kind {
            OpKind::Gate { angles, .. } => angles,
            OpKind::PauliRotation { angle, .. } => std::slice::from_ref(angle),
            _ => &[],
        }
    }

    /// The angles of the operation itself, to be changed.
    pub fn angles_mut(&mut self) -> &mut [Angle] {
        match &mut self.kind {
            OpKind::Gate { angles, .. } => angles,
            OpKind::PauliRotation { angle, .. } => std::slice::from_mut(angle),
            _ => &mut [],
        }
    }

    /// Calls `act` with this operation, then with those inside of it.
    pub fn visit<'a>(&'a self, act: &mut dyn FnMut(&'a Self)) {
        act(self);
        if let OpKind::If { then, otherwise, .. } = &self.kind {
            then.iter().chain(otherwise).for_each(|op| op.visit(act));
        }
    }

    /// Calls `act` with this operation, then with those inside of it.
    pub fn visit_mut(&mut self, act: &mut dyn FnMut(&mut Self)) {
        act(self);
        if let OpKind::If { then, otherwise, .. } = &mut self.kind {
            then.iter_mut().chain(otherwise).for_each(|op| op.visit_mut(act));
        }
    }

    /// Whether it is a unitary operation or a barrier: no measurement, reset or branch.
    pub fn is_unitary(&self) -> bool {
        match self.kind {
            OpKind::Gate { .. }
            | OpKind::PauliRotation { .. }
            | OpKind::Unitary { .. }
            | OpKind::Barrier { .. } => true,
            OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => false,
        }
    }
}

impl BitExpr {
    /// The value for given bits.
    pub fn eval(&self, bits: &[bool]) -> bool {
        match self {
            Self::Const(value) => *value,
            Self::Bit(bit) => bits[bit.0 as usize],
            Self::Not(a) => !a.eval(bits),
            Self::And(a, b) => a.eval(bits) && b.eval(bits),
            Self::Or(a, b) => a.eval(bits) || b.eval(bits),
            Self::Xor(a, b) => a.eval(bits) != b.eval(bits),
        }
    }

    /// Calls `act` with every bit that is read, as often as it is.
    pub fn each_bit(&self, act: &mut dyn FnMut(Bit)) {
        match self {
            Self::Const(_) => {}
            Self::Bit(bit) => act(*bit),
            Self::Not(a) => a.each_bit(act),
            Self::And(a, b) | Self::Or(a, b) | Self::Xor(a, b) => {
                a.each_bit(act);
                b.each_bit(act);
            }
        }
    }
}

impl Circuit {
    /// Calls `act` with every operation, those inside of branches after the branch.
    pub fn visit<'a>(&'a self, mut act: impl FnMut(&'a Op)) {
        self.ops.iter().for_each(|op| op.visit(&mut act));
    }

    /// Calls `act` with every operation, those inside of branches after the branch.
    pub fn visit_mut(&mut self, mut act: impl FnMut(&mut Op)) {
        self.ops.iter_mut().for_each(|op| op.visit_mut(&mut act));
    }

    /// Whether nothing is measured, reset or branched on.
    pub fn is_unitary(&self) -> bool {
        self.ops.iter().all(Op::is_unitary)
    }
}
