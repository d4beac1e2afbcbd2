//! Statements to a circuit.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, BitExpr, Op, OpKind, Slot, Wire, Wires};
use qml_source::{FileId, Span, bug};

use super::ast::{Call, Expr, File, Name, Operand, Part, Statement, StatementKind};
use super::fault::Fault;
use super::names::{
    GateMeaning, MAX_OPS, Meaning, Origin, Symbol, Symbols, definitions, included_file, is_built_in,
    table_gates, table_name,
};
use super::parse;
use super::pragmas::check_pragma;
use super::program::Program;

/// The state of reading a file.
pub struct Lowering<'a> {
    /// 2 or 3.
    pub version: u32,
    /// What names mean up to now.
    pub symbols: Symbols,
    /// What was read.
    pub program: Program,
    /// What is wrong.
    pub faults: &'a mut Vec<Fault>,
    is_included: bool,
    /// The global phase outside of branches.
    phase: Angle,
    /// Operations and rounds of loops so far.
    pub n_ops: usize,
}

/// The circuit of the statements; of no use if there are faults.
pub fn lower(file: &File, faults: &mut Vec<Fault>) -> Program {
    let mut lowering = Lowering {
        version: file.version,
        symbols: Symbols::new(),
        program: Program::default(),
        faults,
        is_included: false,
        phase: Angle::default(),
        n_ops: 0,
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
    lowering.finish()
}

impl Lowering<'_> {
    fn finish(mut self) -> Program {
        let circuit = &mut self.program.circuit;
        if self.phase != Angle::default() {
            circuit.ops.push(Op::gate(Gate::Gphase, &[self.phase], &[], Span::default()));
        }
        circuit.output = (0..circuit.n_wires as u32).map(Wire).collect();
        circuit.result_bits = (0..circuit.n_bits as u32).map(|bit| BitExpr::Bit(Bit(bit))).collect();
        self.program
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

    /// Declares the gates that the file does not define.
    fn bring_gates(&mut self, origin: Origin) {
        for gate in table_gates(self.version, origin) {
            let meaning = Meaning::Gate(GateMeaning::Table(gate));
            let name = table_name(self.version, gate).to_owned();
            self.symbols.entry(name).or_insert(Symbol { meaning, declared: None });
        }
        let (file, faults) = parse::parse(FileId::default(), definitions(self.version, origin));
        if !faults.is_empty() {
            bug!("faults in our own definitions: {faults:?}");
        }
        let mut own: Vec<(String, GateMeaning)> = Vec::new();
        for statement in file.statements {
            let StatementKind::Gate(definition) = statement.kind else { bug!("only gates are defined") };
            let defined = self.define(&definition, &|_, name| Gate::find(name).map(GateMeaning::Table));
            own.push((definition.name.text, GateMeaning::Defined(defined)));
        }
        for (name, gate) in own {
            if origin != Origin::Language || is_built_in(self.version, &name) {
                let meaning = Meaning::Gate(gate);
                self.symbols.entry(name).or_insert(Symbol { meaning, declared: None });
            }
        }
    }

    /// What may help against an unknown gate.
    pub fn include_help(&self) -> Option<String> {
        (!self.is_included).then(|| format!("include \"{}\";", included_file(self.version)))
    }

    fn declare(&mut self, name: &Name, meaning: Meaning) {
        let symbol = Symbol { meaning, declared: Some(name.span) };
        if let Some(Symbol { declared: first @ Some(_), .. }) = self.symbols.insert(name.text.clone(), symbol)
        {
            self.faults.push(Fault::Twice { name: name.text.clone(), span: name.span, first });
        }
    }

    fn keep<T>(&mut self, result: Result<T, Fault>) -> Option<T> {
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
            Self::check_nested(&statement.kind, span)?;
        }
        match &statement.kind {
            StatementKind::Include(name) => {
                if name.text != included_file(self.version) {
                    let what = format!("the file `{}` can't be included", name.text);
                    return Err(Fault::Header { span: name.span, what });
                }
                self.is_included = true;
                self.bring_gates(Origin::Include);
            }
            StatementKind::Input(_) => {}
            StatementKind::Qubits { name, size } => {
                let result = self.size(size.as_ref());
                let n = self.keep(result).unwrap_or(1);
                let meaning = self.new_wires(n, size.is_some(), span)?;
                self.declare(name, meaning);
            }
            StatementKind::Bits { name, size, measured } => {
                let result = self.size(size.as_ref());
                let n = self.keep(result).unwrap_or(1);
                let start = self.new_bits(n, span)?;
                self.declare(name, Meaning::Bits { start, size: n, is_register: size.is_some() });
                if let Some(from) = measured {
                    let to = Operand { name: name.clone(), part: Part::Whole, span: name.span };
                    return self.measure(from, Some(&to), span);
                }
            }
            StatementKind::Constant { name, value } => {
                let result = self.angle(value, &[]);
                let value = self.keep(result).unwrap_or_default();
                self.declare(name, Meaning::Value(value));
            }
            StatementKind::Gate(definition) => {
                let defined = self.define(definition, &|lowering, name| lowering.file_gate(name));
                self.declare(&definition.name, Meaning::Gate(GateMeaning::Defined(defined)));
            }
            StatementKind::Opaque(name) => self.declare(name, Meaning::Gate(GateMeaning::Opaque(name.span))),
            StatementKind::Call(call) => return self.call(call, span),
            StatementKind::Measure { from, to } => return self.measure(from, to.as_ref(), span),
            StatementKind::Reset(operand) => {
                let (wires, _) = self.wires(operand)?;
                return Ok(wires.into_iter().map(|wire| Op { kind: OpKind::Reset { wire }, span }).collect());
            }
            StatementKind::Barrier(operands) => {
                let mut wires = Wires::new();
                if operands.is_empty() {
                    wires.extend((0..self.program.circuit.n_wires as u32).map(Wire));
                }
                for operand in operands {
                    wires.extend(self.wires(operand)?.0);
                }
                check_distinct(&wires, span)?;
                return Ok(vec![Op { kind: OpKind::Barrier { wires }, span }]);
            }
            StatementKind::If { condition, then, otherwise } => {
                let result = self.condition(condition);
                let condition = self.keep(result);
                let [then, otherwise] = [then, otherwise]
                    .map(|side| side.iter().flat_map(|statement| self.statement(statement, true)).collect());
                let kind = condition.map(|condition| OpKind::If { condition, then, otherwise });
                return Ok(kind.into_iter().map(|kind| Op { kind, span }).collect());
            }
            StatementKind::For { name, values, body } => return self.unroll(name, values, body, span),
            StatementKind::Switch { subject, cases, default } => {
                return self.switch(subject, cases, default, span);
            }
            StatementKind::Variable { name, value } => {
                let word = value.as_ref().map(|value| self.word(value)).transpose();
                let word = self.keep(word).flatten();
                self.declare(name, Meaning::Variable(word));
            }
            StatementKind::Assign { name, value } => self.assign(name, value)?,
            StatementKind::Delay(operands) => {
                // Its duration is not kept; the order of what surrounds it is.
                return self.lower_statement(
                    &Statement { kind: StatementKind::Barrier(operands.clone()), span },
                    is_nested,
                );
            }
            StatementKind::Box(body) => {
                return Ok(body.iter().flat_map(|statement| self.statement(statement, true)).collect());
            }
            StatementKind::Pragma(line) => check_pragma(line)?,
            StatementKind::Unitary { matrix, operands } => return self.unitary(matrix, operands, span),
        }
        Ok(Vec::new())
    }

    /// In a branch nothing is declared.
    fn check_nested(statement: &StatementKind, span: Span) -> Result<(), Fault> {
        match statement {
            StatementKind::Call(_)
            | StatementKind::Measure { to: Some(_), .. }
            | StatementKind::Reset(_)
            | StatementKind::Barrier(_)
            | StatementKind::Delay(_)
            | StatementKind::Box(_)
            | StatementKind::Pragma(_)
            | StatementKind::Unitary { .. }
            | StatementKind::For { .. }
            | StatementKind::Switch { .. }
            | StatementKind::If { .. } => Ok(()),
            StatementKind::Assign { .. } => {
                Err(Fault::Unsupported { what: "an assignment inside of a branch or loop".to_owned(), span })
            }
            _ => Err(Fault::Unsupported { what: "a declaration inside of a branch".to_owned(), span }),
        }
    }

    fn size(&mut self, size: Option<&Expr>) -> Result<usize, Fault> {
        let Some(size) = size else { return Ok(1) };
        match self.count(size)? {
            0 => Err(Fault::Kind { wanted: "a size of at least 1", span: size.span }),
            n => Ok(n),
        }
    }

    fn new_wires(&mut self, size: usize, is_register: bool, span: Span) -> Result<Meaning, Fault> {
        let start = self.program.circuit.n_wires;
        if size > MAX_OPS - start {
            return Err(Fault::TooLarge(span));
        }
        self.program.circuit.n_wires += size;
        Ok(Meaning::Qubits { start, size, is_register })
    }

    fn new_bits(&mut self, size: usize, span: Span) -> Result<usize, Fault> {
        let start = self.program.circuit.n_bits;
        if size > MAX_OPS - start {
            return Err(Fault::TooLarge(span));
        }
        self.program.circuit.n_bits += size;
        Ok(start)
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

    fn measure(&mut self, from: &Operand, to: Option<&Operand>, span: Span) -> Result<Vec<Op>, Fault> {
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
            let start = self.new_bits(wires.len(), span)?;
            (start..start + wires.len()).map(|bit| Bit(bit as u32)).collect()
        };
        self.forget(&bits);
        Ok(wires.into_iter().zip(bits).map(|(wire, bit)| Op::measure(wire, bit, span)).collect())
    }

    /// The wires of an operand, and whether it is a register or a range of one.
    pub fn wires(&mut self, operand: &Operand) -> Result<(Vec<Wire>, bool), Fault> {
        if let Some(index) = operand.name.text.strip_prefix('$') {
            let wire = index.parse().map_err(|_| Fault::TooLarge(operand.span))?;
            return Ok((vec![Wire(wire)], false));
        }
        match self.symbols.get(&operand.name.text).map(|symbol| &symbol.meaning) {
            Some(&Meaning::Qubits { start, size, is_register }) => {
                let (range, is_many) = self.part(operand, size, is_register)?;
                Ok((range.map(|i| Wire((start + i) as u32)).collect(), is_many))
            }
            Some(_) => Err(Fault::Kind { wanted: "qubits", span: operand.span }),
            None => Err(unknown_register(operand)),
        }
    }

    fn operand_bits(&mut self, operand: &Operand) -> Result<(Vec<Bit>, bool), Fault> {
        match self.symbols.get(&operand.name.text).map(|symbol| &symbol.meaning) {
            Some(&Meaning::Bits { start, size, is_register }) => {
                let (range, is_many) = self.part(operand, size, is_register)?;
                Ok((range.map(|i| Bit((start + i) as u32)).collect(), is_many))
            }
            Some(_) => Err(Fault::Kind { wanted: "bits", span: operand.span }),
            None => Err(unknown_register(operand)),
        }
    }

    fn part(
        &mut self,
        operand: &Operand,
        size: usize,
        is_register: bool,
    ) -> Result<(std::ops::Range<usize>, bool), Fault> {
        let name = &operand.name.text;
        match &operand.part {
            Part::Whole => Ok((0..size, is_register)),
            Part::Index(index) => {
                let i = self.index(index, name, size)?;
                Ok((i..i + 1, false))
            }
            Part::Range(first, last) => {
                let (first, last) = (self.index(first, name, size)?, self.index(last, name, size)?);
                if first > last {
                    return Err(Fault::Kind { wanted: "a range that is not empty", span: operand.span });
                }
                Ok((first..last + 1, true))
            }
        }
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
