//! Puts steps into columns.
//!
//! Rows are the wires that are drawn. Lanes are rows and the gaps between them: row `r` is lane `2 r + 1`, the gap above it
//! lane `2 r`, and the last gap is below the last row. A step goes into the first column in which its lanes are free.

use qml_gates::Gate;
use qml_ir::circuit::{Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};

use super::Options;
use super::fold::{Item, fold};
use super::labels::{self, with_angles};
use super::steps::{Legend, Step, Steps};

/// What stands where a step meets a wire.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A gate on one wire, or the target of controls.
    Word(String),
    /// A control, on one or on zero.
    Control(bool),
    /// The target of a controlled X.
    Target,
    /// One end of a swap.
    Cross,
    /// A measurement into this bit.
    Measure(Bit),
    /// Sets the wire to `|0>`.
    Reset,
    /// Nothing moves across.
    Barrier,
}

/// A gate over several wires.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// First row.
    pub top: usize,
    /// Last row.
    pub bottom: usize,
    pub name: String,
    /// What it calls each of its rows.
    pub ports: Vec<(usize, String)>,
}

/// What is in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub column: usize,
    /// Marks by row; if there are several, a line joins them with each other and with the block.
    pub marks: Vec<(usize, Mark)>,
    pub block: Option<Block>,
}

/// A region: rounds of a loop, or what happens under a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// First row.
    pub top: usize,
    /// Last row.
    pub bottom: usize,
    /// Its left side with a title, further parts with theirs.
    pub parts: Vec<(usize, String)>,
    /// The column of its right side.
    pub end: usize,
}

/// A part of a frame: its columns up to the one behind.
pub(super) struct Part<'a> {
    pub start: usize,
    pub end: usize,
    pub title: &'a str,
}

impl Frame {
    /// Its parts, from left to right.
    pub(super) fn spans(&self) -> impl Iterator<Item = Part<'_>> {
        let ends = self.parts[1..].iter().map(|part| part.0).chain([self.end]);
        self.parts.iter().zip(ends).map(|((start, title), end)| Part { start: *start, end, title })
    }
}

/// What a wire is called at its ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub name: String,
    /// The place in the result, where that isn't the same for all.
    pub result: Option<String>,
}

/// A circuit in columns.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    pub rows: Vec<Row>,
    pub n_columns: usize,
    pub pieces: Vec<Piece>,
    pub frames: Vec<Frame>,
    /// Lines to be written below.
    pub notes: Vec<String>,
}

impl Grid {
    pub(super) fn of(circuit: &Circuit, options: Options) -> Self {
        let wires = drawn_wires(circuit);
        let mut steps = Steps::new(circuit);
        let mut placer = Placer {
            row_of: row_of(circuit.n_wires, &wires),
            free: vec![0; 2 * wires.len() + 1],
            free_bits: vec![0; circuit.n_bits],
            unfold: options.unfold,
            pieces: Vec::new(),
            frames: Vec::new(),
        };
        placer.ops(&circuit.ops, &mut steps, 0);
        let rows = wires.iter().map(|&wire| row(circuit, wire)).collect();
        let n_columns = placer.free.iter().copied().max().unwrap_or(0);
        let notes = notes(circuit, &steps.legend);
        Self { rows, n_columns, pieces: placer.pieces, frames: placer.frames, notes }
    }
}

/// All wires; on a device those that something happens on, or that belong to the source.
fn drawn_wires(circuit: &Circuit) -> Vec<Wire> {
    if circuit.layout.is_empty() {
        return Circuit::wires(0..circuit.n_wires as u32);
    }
    let mut wires: Vec<Wire> = circuit.layout.iter().chain(&circuit.final_layout).copied().collect();
    circuit.visit(|op| wires.extend(&*op.wires()));
    wires.sort_unstable();
    wires.dedup();
    wires
}

fn row_of(n_wires: usize, wires: &[Wire]) -> Vec<usize> {
    let mut row_of = vec![0; n_wires];
    wires.iter().enumerate().for_each(|(row, wire)| row_of[wire.0 as usize] = row);
    row_of
}

fn row(circuit: &Circuit, wire: Wire) -> Row {
    let place = |wires: &[Wire]| wires.iter().position(|&other| other == wire);
    let name = match place(&circuit.layout) {
        Some(source) => format!("q{} ({source})", wire.0),
        None => format!("q{}", wire.0),
    };
    let is_plain = circuit.output == Circuit::wires(0..circuit.n_wires as u32);
    let result = place(&circuit.output).filter(|_| !is_plain).map(|i| format!("out {i}"));
    Row { name, result }
}

fn notes(circuit: &Circuit, legend: &Legend) -> Vec<String> {
    let mut notes = Vec::new();
    let phase = |op: &Op| match &op.kind {
        OpKind::Gate { gate: Gate::Gphase, angles, controls, .. } if controls.is_empty() => {
            Some(labels::angle(&angles[0], &circuit.slots))
        }
        _ => None,
    };
    let phases: Vec<String> = circuit.ops.iter().filter_map(phase).filter(|phase| phase != "0").collect();
    if !phases.is_empty() {
        notes.push(format!("global phase {}", phases.join(" + ")));
    }
    notes.extend(legend.definitions.iter().map(|(name, expression)| format!("{name} = {expression}")));
    let is_plain = |(i, bit): (usize, &BitExpr)| *bit == BitExpr::Bit(Bit(i as u32));
    if !circuit.result_bits.iter().enumerate().all(is_plain) {
        let bits: Vec<String> = circuit.result_bits.iter().map(BitExpr::to_string).collect();
        notes.push(format!("result: {}", bits.join(", ")));
    }
    notes
}

struct Placer {
    row_of: Vec<usize>,
    /// For each lane the first free column.
    free: Vec<usize>,
    /// For each bit the first column in which it has its value.
    free_bits: Vec<usize>,
    unfold: bool,
    pieces: Vec<Piece>,
    frames: Vec<Frame>,
}

impl Placer {
    /// Places operations that are inside of `depth` loops.
    fn ops<'a>(&mut self, ops: &'a [Op], steps: &mut Steps<'a>, depth: usize) {
        let all = steps.of(ops);
        let items = if self.unfold { all.into_iter().map(Item::Step).collect() } else { fold(&all, depth) };
        self.items(items, steps, depth);
    }

    fn items<'a>(&mut self, items: Vec<Item<'a>>, steps: &mut Steps<'a>, depth: usize) {
        for item in items {
            match item {
                Item::Step(step) => self.step(&step, steps, depth),
                Item::Repeat { title, body } => {
                    let rows = self.rows_of_items(&body);
                    let start = self.open(rows, &[]);
                    self.items(body, steps, depth + 1);
                    self.close(rows, vec![(start, title)]);
                }
            }
        }
    }

    fn step<'a>(&mut self, step: &Step<'a>, steps: &mut Steps<'a>, depth: usize) {
        let OpKind::If { condition, then, otherwise } = &step.op.kind else {
            return self.piece(step);
        };
        let rows = self.rows(step.op);
        let mut bits = Vec::new();
        condition.each_bit(&mut |bit| bits.push(bit));
        let mut parts = vec![(self.open(rows, &bits), format!("if {}", steps.condition(condition)))];
        self.ops(then, steps, depth);
        if !otherwise.is_empty() {
            parts.push((self.take(2 * rows.0, 2 * rows.1 + 2, 0), "else".to_owned()));
            self.ops(otherwise, steps, depth);
        }
        self.close(rows, parts);
    }

    fn open(&mut self, (top, bottom): (usize, usize), bits: &[Bit]) -> usize {
        let first = bits.iter().map(|bit| self.free_bits[bit.0 as usize]).max().unwrap_or(0);
        let column = self.take(2 * top, 2 * bottom + 2, first);
        // A bit is not written again before it was read.
        bits.iter().for_each(|bit| self.free_bits[bit.0 as usize] = column + 1);
        column
    }

    fn close(&mut self, (top, bottom): (usize, usize), parts: Vec<(usize, String)>) {
        let end = self.take(2 * top, 2 * bottom + 2, 0);
        self.frames.push(Frame { top, bottom, parts, end });
    }

    /// Takes the first column from `first` on in which these lanes are free.
    fn take(&mut self, top: usize, bottom: usize, first: usize) -> usize {
        let lanes = &mut self.free[top..=bottom];
        let column = lanes.iter().copied().fold(first, usize::max);
        lanes.fill(column + 1);
        column
    }

    fn row(&self, wire: Wire) -> usize {
        self.row_of[wire.0 as usize]
    }

    /// The first and last row of an operation.
    fn rows(&self, op: &Op) -> (usize, usize) {
        let wires = op.wires();
        let rows = || wires.iter().map(|&wire| self.row(wire));
        (rows().min().unwrap_or(0), rows().max().unwrap_or(0))
    }

    fn rows_of_items(&self, items: &[Item<'_>]) -> (usize, usize) {
        let rows = items.iter().map(|item| match item {
            Item::Step(step) => self.rows(step.op),
            Item::Repeat { body, .. } => self.rows_of_items(body),
        });
        rows.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
    }

    fn piece(&mut self, step: &Step<'_>) {
        let (marks, block) = self.look(step);
        let (top, bottom) = self.rows(step.op);
        let (mut first_lane, mut last_lane) = (2 * top + 1, 2 * bottom + 1);
        if let Some(block) = &block {
            // Its border needs the gaps.
            first_lane = first_lane.min(2 * block.top);
            last_lane = last_lane.max(2 * block.bottom + 2);
        }
        let first = match step.op.kind {
            OpKind::Measure { bit, .. } => self.free_bits[bit.0 as usize],
            _ => 0,
        };
        let column = self.take(first_lane, last_lane, first);
        if let OpKind::Measure { bit, .. } = step.op.kind {
            self.free_bits[bit.0 as usize] = column + 1;
        }
        self.pieces.push(Piece { column, marks, block });
    }

    /// What a step looks like.
    fn look(&self, step: &Step<'_>) -> (Vec<(usize, Mark)>, Option<Block>) {
        let op = step.op;
        let control = |control: &Control| (self.row(control.wire), Mark::Control(control.on_one));
        let mut marks: Vec<(usize, Mark)> = op.controls().iter().map(control).collect();
        let mut block = None;
        match &op.kind {
            OpKind::Gate { gate, wires, .. } => {
                let rows: Vec<usize> = wires.iter().map(|&wire| self.row(wire)).collect();
                block = gate_marks(*gate, &step.angles, &rows, &mut marks);
            }
            OpKind::PauliRotation { pauli, .. } => {
                let letters: Vec<(usize, &str)> =
                    pauli.iter().map(|&(wire, pauli)| (self.row(wire), labels::letter(pauli))).collect();
                block = rotation(&letters, &step.angles, &mut marks);
            }
            OpKind::Unitary { wires, .. } => {
                let rows: Vec<usize> = wires.iter().map(|&wire| self.row(wire)).collect();
                block = box_or_word("U".to_owned(), &rows, &mut marks);
            }
            OpKind::Measure { wire, bit } => marks.push((self.row(*wire), Mark::Measure(*bit))),
            OpKind::Reset { wire } => marks.push((self.row(*wire), Mark::Reset)),
            OpKind::Barrier { wires } => {
                marks.extend(wires.iter().map(|&wire| (self.row(wire), Mark::Barrier)));
            }
            OpKind::If { .. } => {}
        }
        marks.sort_by_key(|mark| mark.0);
        (marks, block)
    }
}

/// A gate of the table: marks where there is a sign for it, else a word or a block.
fn gate_marks(
    gate: Gate,
    angles: &[String],
    rows: &[usize],
    marks: &mut Vec<(usize, Mark)>,
) -> Option<Block> {
    match gate {
        // A controlled global phase is a phase of its controls.
        Gate::Gphase => {
            if let Some((_, mark)) = marks.last_mut() {
                let zero = if *mark == Mark::Control(false) { "on 0: " } else { "" };
                *mark = Mark::Word(with_angles(&format!("{zero}P"), angles));
            }
            None
        }
        Gate::Cz | Gate::Ccz => {
            marks.extend(rows.iter().map(|&row| (row, Mark::Control(true))));
            None
        }
        Gate::X if !marks.is_empty() => {
            marks.push((rows[0], Mark::Target));
            None
        }
        Gate::Z if !marks.is_empty() => {
            marks.push((rows[0], Mark::Control(true)));
            None
        }
        Gate::Swap => {
            marks.extend(rows.iter().map(|&row| (row, Mark::Cross)));
            None
        }
        Gate::Rxx | Gate::Ryy | Gate::Rzz | Gate::Rzx => {
            let letters: Vec<(usize, &str)> = rows
                .iter()
                .zip(match gate {
                    Gate::Rxx => ["X", "X"],
                    Gate::Ryy => ["Y", "Y"],
                    Gate::Rzz => ["Z", "Z"],
                    _ => ["Z", "X"],
                })
                .map(|(&row, letter)| (row, letter))
                .collect();
            rotation(&letters, angles, marks)
        }
        _ => match gate.def().control {
            Some((n_controls, base)) => {
                marks.extend(rows[..n_controls].iter().map(|&row| (row, Mark::Control(true))));
                gate_marks(base, angles, &rows[n_controls..], marks)
            }
            None => box_or_word(with_angles(&labels::gate_name(gate), angles), rows, marks),
        },
    }
}

/// A rotation about a Pauli string.
fn rotation(letters: &[(usize, &str)], angles: &[String], marks: &mut Vec<(usize, Mark)>) -> Option<Block> {
    let mut ports: Vec<(usize, String)> = letters.iter().map(|&(row, text)| (row, text.to_owned())).collect();
    let word: String = letters.iter().map(|letter| letter.1).collect();
    let name = with_angles(&format!("R{word}"), angles);
    match ports.as_slice() {
        [(row, _)] => {
            marks.push((*row, Mark::Word(name)));
            None
        }
        _ => {
            ports.sort();
            Some(block(name, ports))
        }
    }
}

/// A block whose rows are numbered in the gate's order, or a word on one row.
fn box_or_word(name: String, rows: &[usize], marks: &mut Vec<(usize, Mark)>) -> Option<Block> {
    if let [row] = rows {
        marks.push((*row, Mark::Word(name)));
        return None;
    }
    let mut ports: Vec<(usize, String)> =
        rows.iter().enumerate().map(|(i, &row)| (row, i.to_string())).collect();
    ports.sort();
    Some(block(name, ports))
}

/// A block of at least two rows, sorted.
fn block(name: String, ports: Vec<(usize, String)>) -> Block {
    let row = |port: Option<&(usize, String)>| port.map_or(0, |port| port.0);
    Block { top: row(ports.first()), bottom: row(ports.last()), name, ports }
}
