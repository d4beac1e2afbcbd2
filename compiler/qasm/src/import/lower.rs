//! Statements to a circuit.

use qml_gates::Gate;
use qml_ir::circuit::condition::map_bits;
use qml_ir::circuit::{Angle, Bit, BitExpr, Op, OpKind, Slot, Wire, Wires};
use qml_source::Span;

use super::ast::{Call, File, Operand, Part, Statement, StatementKind};
use super::fault::Fault;
use super::names::{MAX_OPS, Meaning, Origin, Symbols, included_file};
use super::pragmas::check_pragma;
use super::program::Program;
use super::values::Values;
use crate::Register;

/// The state of reading a file.
pub struct Lowering<'a> {
    /// 2 or 3.
    pub version: u32,
    /// What names mean up to now.
    pub symbols: Symbols,
    /// What variables hold by now.
    pub values: Values,
    /// What was read.
    pub program: Program,
    /// What is wrong.
    pub faults: &'a mut Vec<Fault>,
    /// The file of gates was included.
    pub is_included: bool,
    /// Qubits of the device that are named.
    n_physical: usize,
    /// The global phase outside of branches.
    phase: Angle,
    /// Operations and rounds of loops so far.
    pub n_ops: usize,
    /// Bits that the file does not have, from [`FIRST_FURTHER`] on.
    n_further: u32,
}

/// Behind all bits that a file can have.
const FIRST_FURTHER: u32 = 1 << 30;

/// The circuit of the statements; of no use if there are faults.
pub fn lower(file: &File, faults: &mut Vec<Fault>) -> Program {
    let mut lowering = Lowering {
        version: file.version,
        symbols: Symbols::new(),
        values: Values::default(),
        program: Program::default(),
        faults,
        is_included: false,
        n_physical: file.n_physical,
        phase: Angle::default(),
        n_ops: 0,
        n_further: 0,
    };
    lowering.bring_gates(Origin::Language);
    if file.version > 2 && !file.statements.iter().any(|s| matches!(s.kind, StatementKind::Include(_))) {
        lowering.bring_gates(Origin::Braket);
    }
    if file.n_physical > 0 {
        let span = file.statements.first().map_or(Span::default(), |statement| statement.span);
        let meaning = lowering.new_wires(file.n_physical, false, span);
        lowering.keep(meaning.map(|_| ()));
    }
    // The inputs are the first slots, wherever they stand.
    for statement in &file.statements {
        if let StatementKind::Input(name) = &statement.kind {
            let slot = Slot(lowering.program.circuit.slots.len() as u32);
            lowering.program.circuit.slots.push(name.text.clone());
            lowering.declare(name, Meaning::Value(Angle::slot(slot)));
        }
    }
    lowering.program.n_inputs = lowering.program.circuit.slots.len();
    for statement in &file.statements {
        let ops = lowering.statement(statement, false);
        lowering.push(ops);
    }
    let end = file.statements.last().map_or(Span::default(), |statement| statement.span);
    lowering.finish(end)
}

impl Lowering<'_> {
    fn finish(mut self, end: Span) -> Program {
        let circuit = &mut self.program.circuit;
        if self.phase != Angle::default() {
            circuit.ops.push(Op::gate(
                Gate::Gphase,
                &[std::mem::take(&mut self.phase)],
                &[],
                Span::default(),
            ));
        }
        if self.n_physical > 0 {
            // Registers are behind them.
            self.program.registers.qubits.clear();
        }
        circuit.output = (0..circuit.n_wires as u32).map(Wire).collect();
        for bit in (0..circuit.n_bits as u32).map(Bit) {
            let Some(value) = self.values.bit(bit) else {
                let what = "a bit at the end that a branch assigned which measured a bit of its condition";
                self.faults.push(Fault::Unsupported { what: what.to_owned(), span: end });
                break;
            };
            circuit.result_bits.push(value);
        }
        self.place_further_bits();
        self.program
    }

    /// Further bits come behind those of the file.
    fn place_further_bits(&mut self) {
        if self.n_further == 0 {
            return;
        }
        let circuit = &mut self.program.circuit;
        let n_bits = circuit.n_bits as u32;
        let mut place =
            |bit: Bit| bit.0.checked_sub(FIRST_FURTHER).map_or(bit, |further| Bit(n_bits + further));
        circuit.visit_mut(|op| match &mut op.kind {
            OpKind::Measure { bit, .. } => *bit = place(*bit),
            OpKind::If { condition, .. } => *condition = map_bits(condition, &mut place),
            _ => {}
        });
        for bit in &mut circuit.result_bits {
            *bit = map_bits(bit, &mut place);
        }
        circuit.n_bits += self.n_further as usize;
        let register = Register { name: "outcomes".to_owned(), size: self.n_further as usize };
        self.program.registers.bits.push(register);
    }

    /// Takes operations of the file's level; global phases are added up.
    fn push(&mut self, ops: Vec<Op>) {
        for op in ops {
            match &op.kind {
                OpKind::Gate { gate: Gate::Gphase, angles, controls, .. } if controls.is_empty() => {
                    self.phase = self.phase.plus(&angles[0]);
                }
                _ => self.program.circuit.ops.push(op),
            }
        }
    }

    /// What may help against an unknown gate.
    pub fn include_help(&self) -> Option<String> {
        (!self.is_included).then(|| format!("include \"{}\";", included_file(self.version)))
    }

    pub fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
        result.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// The operations of a statement; its faults are reported.
    pub fn statement(&mut self, statement: &Statement, is_nested: bool) -> Vec<Op> {
        let result = self.lower_statement(statement, is_nested);
        self.keep(result).unwrap_or_default()
    }

    fn lower_statement(&mut self, statement: &Statement, is_nested: bool) -> Result<Vec<Op>, Fault> {
        let span = statement.span;
        if is_nested {
            check_nested(&statement.kind, span)?;
        }
        match &statement.kind {
            StatementKind::Call(call) => self.call(call, span),
            StatementKind::Measure { from, to } => self.measure(from, to.as_ref(), span),
            StatementKind::Reset(operand) => {
                let (wires, _) = self.wires(operand)?;
                Ok(wires.into_iter().map(|wire| Op { kind: OpKind::Reset { wire }, span }).collect())
            }
            // The duration of a delay is not kept; the order of what surrounds it is.
            StatementKind::Barrier(operands) | StatementKind::Delay(operands) => self.barrier(operands, span),
            StatementKind::Unitary { matrix, operands } => self.unitary(matrix, operands, span),
            StatementKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise, span),
            StatementKind::For { name, values, body } => self.unroll(name, values, body, span),
            StatementKind::Switch { subject, cases, default } => self.switch(subject, cases, default, span),
            StatementKind::Box(body) => Ok(self.block(body)),
            StatementKind::Assign { to, value } => self.assign(to, value).map(|()| Vec::new()),
            StatementKind::Pragma(line) => check_pragma(line).map(|()| Vec::new()),
            StatementKind::Include(_)
            | StatementKind::Input(_)
            | StatementKind::Qubits { .. }
            | StatementKind::Bits { .. }
            | StatementKind::Alias { .. }
            | StatementKind::Constant { .. }
            | StatementKind::Variable { .. }
            | StatementKind::Gate(_)
            | StatementKind::Opaque(_) => self.declaration(&statement.kind, span),
        }
    }

    fn barrier(&mut self, operands: &[Operand], span: Span) -> Result<Vec<Op>, Fault> {
        let mut wires = Wires::new();
        if operands.is_empty() {
            wires.extend((0..self.program.circuit.n_wires as u32).map(Wire));
        }
        for operand in operands {
            wires.extend(self.wires(operand)?.0);
        }
        check_distinct(&wires, span)?;
        Ok(vec![Op { kind: OpKind::Barrier { wires }, span }])
    }

    fn call(&mut self, call: &Call, span: Span) -> Result<Vec<Op>, Fault> {
        let gate = self.gate_of(call, &|lowering, name| lowering.file_gate(name))?;
        let modified = self.modified(&call.modifiers)?;
        Self::check_arity(call, &gate, &modified, span)?;
        let angles = call.arguments.iter().map(|a| self.angle(a, &[])).collect::<Result<Vec<_>, _>>()?;
        let operands =
            call.operands.iter().map(|operand| self.wires(operand)).collect::<Result<Vec<_>, _>>()?;
        let spans: Vec<Span> = call.operands.iter().map(|operand| operand.span).collect();
        let n = common_length(
            operands.iter().zip(&spans).map(|((wires, is_many), &span)| (wires.len(), *is_many, span)),
        )?;
        let mut ops = Vec::new();
        for i in 0..n {
            let at = |(wires, is_many): &(Vec<Wire>, bool)| if *is_many { wires[i] } else { wires[0] };
            let wires: Vec<Wire> = operands.iter().map(at).collect();
            check_distinct(&wires, span)?;
            let new = self.apply((&gate, &modified), &angles, &wires, span)?;
            self.n_ops += new.len();
            if self.n_ops > MAX_OPS {
                return Err(Fault::TooLarge(span));
            }
            ops.extend(new);
        }
        Ok(ops)
    }

    pub fn measure(&mut self, from: &Operand, to: Option<&Operand>, span: Span) -> Result<Vec<Op>, Fault> {
        let (wires, is_register) = self.wires(from)?;
        let bits = if let Some(to) = to {
            let (bits, bits_are_register) = self.operand_bits(to)?;
            if bits.len() != wires.len() || is_register != bits_are_register && wires.len() != 1 {
                return Err(Fault::Lengths {
                    first: (wires.len(), from.span),
                    second: (bits.len(), to.span),
                });
            }
            bits
        } else {
            let start = self.new_bits("c", wires.len(), span)?;
            (start..start + wires.len()).map(|bit| Bit(bit as u32)).collect()
        };
        Ok(wires
            .into_iter()
            .zip(bits)
            .map(|(wire, bit)| Op::measure(wire, self.outcome(bit), span))
            .collect())
    }

    /// Where the outcome goes if a bit is measured: to another one if the last outcome is still needed.
    fn outcome(&mut self, bit: Bit) -> Bit {
        if !self.values.is_read(bit) {
            self.values.forget(bit);
            return bit;
        }
        let outcome = Bit(FIRST_FURTHER + self.n_further);
        self.n_further += 1;
        self.values.set_bit(bit, BitExpr::Bit(outcome));
        outcome
    }

    /// The wires of an operand, and whether it is a register or a range of one.
    pub fn wires(&mut self, operand: &Operand) -> Result<(Vec<Wire>, bool), Fault> {
        if let Some(index) = operand.name.text.strip_prefix('$') {
            let wire = index.parse().map_err(|_| Fault::TooLarge(operand.span))?;
            return Ok((vec![Wire(wire)], false));
        }
        match self.symbols.get(&operand.name.text).map(|symbol| symbol.meaning.clone()) {
            Some(Meaning::Qubits { start, size, is_register }) => {
                let (places, is_many) = self.part(operand, size, is_register)?;
                Ok((places.into_iter().map(|i| Wire((start + i) as u32)).collect(), is_many))
            }
            Some(Meaning::SomeWires(wires)) => {
                let (places, is_many) = self.part(operand, wires.len(), true)?;
                Ok((places.into_iter().map(|i| wires[i]).collect(), is_many))
            }
            Some(_) => Err(Fault::Kind { wanted: "qubits", span: operand.span }),
            None => Err(unknown_register(operand)),
        }
    }

    /// The bits of an operand, and whether it is a register or a part of one.
    pub fn operand_bits(&mut self, operand: &Operand) -> Result<(Vec<Bit>, bool), Fault> {
        match self.symbols.get(&operand.name.text).map(|symbol| symbol.meaning.clone()) {
            Some(Meaning::Bits { start, size, is_register }) => {
                let (places, is_many) = self.part(operand, size, is_register)?;
                Ok((places.into_iter().map(|i| Bit((start + i) as u32)).collect(), is_many))
            }
            Some(Meaning::SomeBits(bits)) => {
                let (places, is_many) = self.part(operand, bits.len(), true)?;
                Ok((places.into_iter().map(|i| bits[i]).collect(), is_many))
            }
            Some(_) => Err(Fault::Kind { wanted: "bits", span: operand.span }),
            None => Err(unknown_register(operand)),
        }
    }

    /// The places of a part, and whether there may be many.
    fn part(
        &mut self,
        operand: &Operand,
        size: usize,
        is_register: bool,
    ) -> Result<(Vec<usize>, bool), Fault> {
        let name = &operand.name.text;
        match &operand.part {
            Part::Whole => Ok(((0..size).collect(), is_register)),
            Part::Index(index) => Ok((vec![self.index(index, name, size)?], false)),
            Part::Range(first, last) => {
                let (first, last) = (self.index(first, name, size)?, self.index(last, name, size)?);
                if first > last {
                    return Err(Fault::Kind { wanted: "a range that is not empty", span: operand.span });
                }
                Ok(((first..=last).collect(), true))
            }
            Part::Set(places) => {
                let places = places.iter().map(|place| self.index(place, name, size));
                Ok((places.collect::<Result<_, _>>()?, true))
            }
        }
    }
}

/// What is declared in a branch is forgotten behind it; registers of qubits, inputs and gates can't be.
fn check_nested(statement: &StatementKind, span: Span) -> Result<(), Fault> {
    match statement {
        StatementKind::Include(_)
        | StatementKind::Input(_)
        | StatementKind::Qubits { .. }
        | StatementKind::Gate(_)
        | StatementKind::Opaque(_)
        | StatementKind::Measure { to: None, .. } => {
            Err(Fault::Unsupported { what: "a declaration like this inside of a branch".to_owned(), span })
        }
        _ => Ok(()),
    }
}

fn unknown_register(operand: &Operand) -> Fault {
    let name = operand.name.text.clone();
    Fault::Unknown { name, what: "register", span: operand.span, help: None }
}

/// No wire stands twice.
pub fn check_distinct(wires: &[Wire], span: Span) -> Result<(), Fault> {
    let mut sorted = wires.to_vec();
    sorted.sort_unstable();
    let is_distinct = sorted.windows(2).all(|pair| pair[0] != pair[1]);
    if is_distinct { Ok(()) } else { Err(Fault::Repeated { span }) }
}

/// The length over which a statement is repeated: that of its registers, 1 without any.
fn common_length(operands: impl Iterator<Item = (usize, bool, Span)>) -> Result<usize, Fault> {
    let mut common: Option<(usize, Span)> = None;
    for (length, is_many, span) in operands {
        match common {
            _ if !is_many => {}
            Some(first) if first.0 != length => return Err(Fault::Lengths { first, second: (length, span) }),
            _ => common = Some((length, span)),
        }
    }
    Ok(common.map_or(1, |common| common.0))
}
