//! Gate definitions and their application.

use std::rc::Rc;

use num_complex::Complex;
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Control, Op, OpKind, Wire, Wires, dense};
use qml_source::Span;

use super::ast::{Call, Definition, Modifier, Part, StatementKind};
use super::evaluate::Locals;
use super::fault::Fault;
use super::lower::Lowering;
use super::names::{BodyCall, Defined, GateMeaning, MAX_OPS, Meaning, Modified};
use super::powers;

impl GateMeaning {
    /// How many angles and wires it takes; nothing is known of opaque ones.
    pub fn arity(&self) -> Option<(usize, usize)> {
        match self {
            Self::Table(gate) => Some((gate.def().params.len(), gate.def().wires.len())),
            Self::Defined(defined) => Some((defined.params.len(), defined.n_wires)),
            Self::Opaque(_) => None,
        }
    }

    /// How many operations it becomes.
    pub fn n_ops(&self) -> usize {
        match self {
            Self::Defined(defined) if defined.native.is_none() => defined.n_ops,
            _ => 1,
        }
    }
}

impl Modified {
    /// How often the gate is applied, or its inverse; a root counts as once.
    fn times(&self) -> usize {
        self.power.abs().ceil() as usize
    }
}

impl Lowering<'_> {
    /// Resolves a definition. Its faults are reported here, once.
    pub fn define(
        &mut self,
        definition: &Definition,
        lookup: &dyn Fn(&Self, &str) -> Option<GateMeaning>,
    ) -> Rc<Defined> {
        let mut defined = Defined {
            params: definition.params.iter().map(|param| param.text.clone()).collect(),
            n_wires: definition.wires.len(),
            body: Vec::new(),
            n_ops: 0,
            native: None,
            is_broken: false,
        };
        let n_before = self.faults.len();
        for names in [&definition.params, &definition.wires] {
            for (i, name) in names.iter().enumerate() {
                if let Some(first) = names[..i].iter().find(|first| first.text == name.text) {
                    let (name, span) = (name.text.clone(), name.span);
                    self.faults.push(Fault::Twice { name, span, first: Some(first.span) });
                }
            }
        }
        for statement in &definition.body {
            match self.body_call(&statement.kind, statement.span, definition, lookup) {
                Ok(call) => {
                    if let BodyCall::Gate { gate, modified, .. } = &call {
                        defined.n_ops =
                            defined.n_ops.saturating_add(gate.n_ops().saturating_mul(modified.times()));
                    } else {
                        defined.n_ops += 1;
                    }
                    defined.body.push(call);
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        if defined.n_ops > MAX_OPS {
            self.faults.push(Fault::TooLarge(definition.name.span));
        }
        if self.faults.len() == n_before {
            let probe: Vec<f64> = (0..defined.params.len()).map(|i| 0.4 + 0.3 * i as f64).collect();
            // What is wrong for some values only is found when they are there.
            let _ = self.probe(&defined, &probe);
            defined.native = self.native(&definition.name.text, &defined);
        }
        defined.is_broken = self.faults.len() > n_before;
        Rc::new(defined)
    }

    fn body_call(
        &mut self,
        statement: &StatementKind,
        span: Span,
        definition: &Definition,
        lookup: &dyn Fn(&Self, &str) -> Option<GateMeaning>,
    ) -> Result<BodyCall, Fault> {
        let wire = |operand: &super::ast::Operand| {
            let Part::Whole = operand.part else {
                return Err(Fault::Kind {
                    wanted: "a qubit of the gate, without an index",
                    span: operand.span,
                });
            };
            definition.wires.iter().position(|wire| wire.text == operand.name.text).ok_or_else(|| {
                Fault::Unknown {
                    name: operand.name.text.clone(),
                    what: "qubit of the gate",
                    span: operand.span,
                    help: None,
                }
            })
        };
        match statement {
            StatementKind::Barrier(operands) if operands.is_empty() => {
                Ok(BodyCall::Barrier((0..definition.wires.len()).collect()))
            }
            StatementKind::Barrier(operands) => {
                Ok(BodyCall::Barrier(operands.iter().map(wire).collect::<Result<_, _>>()?))
            }
            StatementKind::Call(call) => {
                let wires = call.operands.iter().map(wire).collect::<Result<Vec<_>, _>>()?;
                if (1..wires.len()).any(|i| wires[..i].contains(&wires[i])) {
                    return Err(Fault::Repeated { span });
                }
                let gate = self.gate_of(call, lookup)?;
                let modified = self.modified(&call.modifiers)?;
                Self::check_arity(call, &gate, &modified, span)?;
                // Names and functions are checked now, with a stand-in for each angle.
                let locals: Vec<_> = definition
                    .params
                    .iter()
                    .map(|param| (param.text.clone(), Angle::constant(0.5)))
                    .collect();
                for argument in &call.arguments {
                    match self.angle(argument, &locals) {
                        Ok(_) | Err(Fault::Kind { wanted: "a finite number", .. }) => {}
                        Err(fault) => return Err(fault),
                    }
                }
                Ok(BodyCall::Gate { gate, modified, arguments: call.arguments.clone(), wires })
            }
            _ => Err(Fault::Kind { wanted: "a gate; a definition holds nothing else", span }),
        }
    }

    /// The gate that a call names.
    pub fn gate_of(
        &self,
        call: &Call,
        lookup: &dyn Fn(&Self, &str) -> Option<GateMeaning>,
    ) -> Result<GateMeaning, Fault> {
        let span = call.name.span;
        match lookup(self, &call.name.text) {
            Some(GateMeaning::Opaque(declared)) => {
                Err(Fault::Opaque { name: call.name.text.clone(), span, declared })
            }
            Some(gate) => Ok(gate),
            None if self.symbols.contains_key(&call.name.text) => Err(Fault::Kind { wanted: "a gate", span }),
            None => Err(Fault::Unknown {
                name: call.name.text.clone(),
                what: "gate",
                span,
                help: self.include_help(),
            }),
        }
    }

    /// The sum of a call's modifiers.
    pub fn modified(&mut self, modifiers: &[Modifier]) -> Result<Modified, Fault> {
        let mut modified = Modified { controls: Vec::new(), power: 1.0 };
        for modifier in modifiers {
            match modifier {
                Modifier::Inverse => modified.power = -modified.power,
                Modifier::Control { on_one, count } => {
                    let n = count.as_ref().map_or(Ok(1), |count| self.count(count))?;
                    if n == 0 || n > 1000 {
                        let span = count.as_ref().map_or(Span::default(), |count| count.span);
                        return Err(Fault::Kind { wanted: "1 to 1000 controls", span });
                    }
                    modified.controls.extend(std::iter::repeat_n(*on_one, n));
                }
                Modifier::Power(power) => {
                    let value = self.angle(power, &[])?;
                    if !value.is_constant() {
                        return Err(Fault::Kind { wanted: "a known power", span: power.span });
                    }
                    modified.power *= value.constant;
                    if modified.power.abs() > MAX_OPS as f64 {
                        return Err(Fault::TooLarge(power.span));
                    }
                }
            }
        }
        Ok(modified)
    }

    /// Angles as many as the gate has, qubits as many as it and its controls have.
    pub fn check_arity(
        call: &Call,
        gate: &GateMeaning,
        modified: &Modified,
        span: Span,
    ) -> Result<(), Fault> {
        let Some((n_angles, n_wires)) = gate.arity() else { return Ok(()) };
        let n_wires = n_wires + modified.controls.len();
        let name = call.name.text.clone();
        if call.arguments.len() != n_angles {
            return Err(Fault::Count {
                name,
                what: "angle",
                wanted: n_angles,
                given: call.arguments.len(),
                span,
            });
        }
        if call.operands.len() != n_wires {
            return Err(Fault::Count {
                name,
                what: "qubit",
                wanted: n_wires,
                given: call.operands.len(),
                span,
            });
        }
        Ok(())
    }

    /// The operations of a modified gate; the controls' wires come first.
    pub fn apply(
        &mut self,
        (gate, modified): (&GateMeaning, &Modified),
        angles: &[Angle],
        wires: &[Wire],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let (controls, wires) = wires.split_at(modified.controls.len());
        let once = match gate {
            GateMeaning::Table(gate) => vec![Op::gate(*gate, angles, wires, span)],
            GateMeaning::Defined(defined) => self.expand(defined, angles, wires, span)?,
            GateMeaning::Opaque(declared) => {
                return Err(Fault::Opaque { name: String::new(), span, declared: *declared });
            }
        };
        let mut ops = if modified.power.fract() == 0.0 {
            let times = modified.times();
            if once.len().saturating_mul(times) > MAX_OPS {
                return Err(Fault::TooLarge(span));
            }
            let is_inverse = modified.power < 0.0;
            let once = if is_inverse { once.iter().rev().filter_map(Op::inverse).collect() } else { once };
            std::iter::repeat_n(once, times).flatten().collect()
        } else {
            let what = || format!("the power {} of this gate", modified.power);
            powers::power(once, modified.power).ok_or_else(|| Fault::Unsupported { what: what(), span })?
        };
        if !controls.is_empty() {
            for op in &mut ops {
                add_controls(
                    op,
                    controls.iter().zip(&modified.controls).map(|(&wire, &on_one)| Control { wire, on_one }),
                );
            }
        }
        Ok(ops)
    }

    fn expand(
        &mut self,
        defined: &Defined,
        angles: &[Angle],
        wires: &[Wire],
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        if defined.is_broken {
            return Ok(Vec::new());
        }
        if let Some((gate, phase)) = defined.native {
            let mut ops = vec![Op::gate(gate, angles, wires, span)];
            if phase != 0.0 {
                ops.push(Op::gate(Gate::Gphase, &[Angle::constant(phase)], &[], span));
            }
            return Ok(ops);
        }
        let locals: Vec<(String, Angle)> =
            defined.params.iter().cloned().zip(angles.iter().cloned()).collect();
        let locals: Locals = &locals;
        let mut ops = Vec::new();
        for call in &defined.body {
            match call {
                BodyCall::Barrier(on) => {
                    let wires: Wires = on.iter().map(|&i| wires[i]).collect();
                    ops.push(Op { kind: OpKind::Barrier { wires }, span });
                }
                BodyCall::Gate { gate, modified, arguments, wires: on } => {
                    let angles =
                        arguments.iter().map(|a| self.angle(a, locals)).collect::<Result<Vec<_>, _>>()?;
                    let wires: Vec<Wire> = on.iter().map(|&i| wires[i]).collect();
                    ops.extend(self.apply((gate, modified), &angles, &wires, span)?);
                }
            }
        }
        Ok(ops)
    }

    /// The definition's matrix for some angles.
    fn probe(&mut self, defined: &Defined, angles: &[f64]) -> Option<Vec<Vec<Complex<f64>>>> {
        if defined.n_wires > 3 || defined.n_ops > 100 {
            return None;
        }
        let angles: Vec<Angle> = angles.iter().copied().map(Angle::constant).collect();
        let wires = Circuit::wires(0..defined.n_wires as u32);
        let ops = self.expand(defined, &angles, &wires, Span::default()).ok()?;
        let circuit = Circuit { n_wires: defined.n_wires, ops, ..Circuit::default() };
        Some(dense::unitary(&circuit, &[]))
    }

    /// The gate of the table of this name, if the definition has its matrix but for a constant phase, at some angles
    /// that are nothing special.
    fn native(&mut self, name: &str, defined: &Defined) -> Option<(Gate, f64)> {
        const TOLERANCE: f64 = 1e-9;
        let gate = Gate::find(name)?;
        if (gate.def().params.len(), gate.def().wires.len()) != (defined.params.len(), defined.n_wires) {
            return None;
        }
        let mut phase: Option<Complex<f64>> = None;
        for sample in [0.7, -1.9, 4.6] {
            let angles: Vec<f64> = (0..defined.params.len()).map(|i| sample + 0.83 * i as f64).collect();
            let found = self.probe(defined, &angles)?;
            let wanted = gate.matrix(&angles);
            let entries = || found.iter().flatten().zip(&wanted.data);
            let overlap: Complex<f64> =
                entries().map(|(f, w)| f * w.conj()).sum::<Complex<f64>>() / wanted.dim as f64;
            let is_same = entries().all(|(f, w)| (f - w * overlap).norm() < TOLERANCE)
                && (overlap.norm() - 1.0).abs() < TOLERANCE
                && phase.is_none_or(|phase| (phase - overlap).norm() < TOLERANCE);
            if !is_same {
                return None;
            }
            phase = Some(overlap);
        }
        let angle = phase?.arg();
        Some((gate, if angle.abs() < TOLERANCE { 0.0 } else { angle }))
    }

    /// The gate that a name of the file means.
    pub fn file_gate(&self, name: &str) -> Option<GateMeaning> {
        match &self.symbols.get(name)?.meaning {
            Meaning::Gate(gate) => Some(gate.clone()),
            _ => None,
        }
    }
}

/// Puts controls in front of an operation; as a gate of the table where it has that gate.
fn add_controls(op: &mut Op, new: impl Iterator<Item = Control>) {
    match &mut op.kind {
        OpKind::Gate { gate, wires, controls, .. } => {
            controls.insert_many(0, new);
            use_controlled_row(gate, wires, controls);
        }
        OpKind::PauliRotation { controls, .. } | OpKind::Unitary { controls, .. } => {
            controls.insert_many(0, new);
        }
        OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } | OpKind::Barrier { .. } => {}
    }
}

fn use_controlled_row(gate: &mut Gate, wires: &mut Wires, controls: &mut smallvec::SmallVec<[Control; 2]>) {
    // A controlled global phase is a phase on the control.
    if *gate == Gate::Gphase
        && let Some(i) = controls.iter().position(|control| control.on_one)
    {
        *gate = Gate::P;
        wires.push(controls.remove(i).wire);
    }
    if !controls.iter().all(|control| control.on_one) {
        return;
    }
    let (n_own, base) = gate.def().control.unwrap_or((0, *gate));
    let wanted = Some((n_own + controls.len(), base));
    if let Some(row) = Gate::ALL.iter().copied().find(|row| row.def().control == wanted) {
        *gate = row;
        let new: Vec<Wire> = controls.drain(..).map(|control| control.wire).collect();
        wires.insert_many(0, new);
    }
}
