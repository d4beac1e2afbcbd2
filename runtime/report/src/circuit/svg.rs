//! A grid as SVG: rows of the drawing below each other where it is wider than the page.
//!
//! Colours are CSS variables with a light and a dark set; a page that holds the drawing may set them.

use std::fmt::Write;

use super::grid::{Block, Frame, Grid, Mark, Piece};
use super::labels::wrapped;
use crate::markup::escape;

/// Distance of two wires, without frames inside of frames.
const ROW: f64 = 48.0;
/// How much further in a frame is than the one around it.
const INSET: f64 = 5.0;
/// Height of a gate.
const GATE: f64 = 28.0;
/// Width of a character of the font, which is monospaced.
const CHAR: f64 = 7.3;
/// Distance of two stretches of the drawing, above that of two wires.
const BREAK: f64 = 22.0;
/// Empty border.
const MARGIN: f64 = 14.0;

const STYLE: &str = "<style>
.qc { --qc-ink: #1f2933; --qc-paper: #ffffff; --qc-gate: #eef3fb; --qc-edge: #3d6fb4; --qc-frame: #8a94a3; }
@media (prefers-color-scheme: dark) {
  .qc { --qc-ink: #dde3ea; --qc-paper: #15191f; --qc-gate: #1e2a3a; --qc-edge: #7fabe6; --qc-frame: #7c8796; }
}
.qc text { font: 12px ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace;
  fill: var(--qc-ink); text-anchor: middle; dominant-baseline: central; }
.qc .name { text-anchor: end; } .qc .left { text-anchor: start; } .qc .note { white-space: pre; }
.qc .paper { fill: var(--qc-paper); }
.qc .wire, .qc .join { stroke: var(--qc-ink); fill: none; } .qc .wire { opacity: 0.45; }
.qc .join { stroke: var(--qc-edge); stroke-width: 1.4; }
.qc .gate { fill: var(--qc-gate); stroke: var(--qc-edge); } .qc .port { font-size: 10px; opacity: 0.75; }
.qc .dot { fill: var(--qc-edge); stroke: var(--qc-edge); } .qc .ring { fill: var(--qc-paper); stroke: var(--qc-edge); stroke-width: 1.4; }
.qc .frame { stroke: var(--qc-frame); stroke-dasharray: 4 3; fill: none; }
.qc .title { fill: var(--qc-frame); text-anchor: start; font-size: 11px; }
.qc .barrier { stroke: var(--qc-frame); stroke-width: 5; stroke-dasharray: 2 3; }
</style>
";

/// The drawing as a document of at most `width` pixels.
pub(super) fn paint(grid: &Grid, width: f64) -> String {
    let columns = Columns::new(grid);
    let longest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max();
    let names = longest(&mut grid.rows.iter().map(|row| &row.name)).unwrap_or(0) as f64 * CHAR;
    let results = longest(&mut grid.rows.iter().filter_map(|row| row.result.as_ref()));
    let results = results.map_or(0.0, |n| n as f64 * CHAR + 8.0);
    let left = MARGIN + names + 8.0;
    let stretches = columns.stretches(width - left - results - MARGIN);
    let depths: Vec<f64> =
        grid.frames.iter().enumerate().map(|(i, frame)| depth(grid, i, frame) as f64).collect();
    let row = ROW + 2.0 * INSET * depths.iter().copied().fold(0.0, f64::max);
    let height = grid.rows.len() as f64 * row;
    let mut body = String::new();
    let mut right: f64 = 0.0;
    for (i, &(first, last)) in stretches.iter().enumerate() {
        let start = columns.starts[first];
        let mut painter = Painter {
            grid,
            columns: &columns,
            depths: &depths,
            row,
            dx: left - start,
            dy: MARGIN + i as f64 * (height + BREAK),
            first,
            last,
            text: &mut body,
        };
        painter.stretch(i + 1 == stretches.len());
        right = right.max(columns.starts[last] - start);
    }
    let mut bottom = MARGIN + stretches.len() as f64 * (height + BREAK) - BREAK;
    let room = ((width - 2.0 * MARGIN) / CHAR).max(20.0) as usize;
    let lines: Vec<String> = grid.notes.iter().flat_map(|note| wrapped(note, room)).collect();
    let notes = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0) as f64 * CHAR;
    for note in &lines {
        bottom += 18.0;
        let _ = writeln!(body, "<text class='left note' x='{MARGIN}' y='{bottom}'>{}</text>", escape(note));
    }
    let (width, height) = ((left + right + results).max(MARGIN + notes) + MARGIN, bottom + MARGIN);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' class='qc' width='{width:.0}' height='{height:.0}' \
         viewBox='0 0 {width:.0} {height:.0}'>\n{STYLE}<rect class='paper' width='100%' height='100%'/>\n{body}</svg>\n"
    )
}

/// Where the columns are, in pixels.
struct Columns {
    starts: Vec<f64>,
}

impl Columns {
    fn new(grid: &Grid) -> Self {
        let mut widths = vec![12.0; grid.n_columns];
        let mut widen = |column: usize, width: f64| widths[column] = f64::max(widths[column], width);
        for piece in &grid.pieces {
            let marks = piece.marks.iter().map(|(_, mark)| mark_width(mark));
            let width = marks.chain(piece.block.as_ref().map(block_width)).fold(0.0, f64::max);
            widen(piece.column, width + 12.0);
        }
        for frame in &grid.frames {
            frame.parts.iter().for_each(|(column, _)| widen(*column, 14.0));
            widen(frame.end, 14.0);
        }
        for part in grid.frames.iter().flat_map(Frame::spans) {
            let missing = part.title.chars().count() as f64 * CHAR + 26.0
                - widths[part.start..part.end].iter().sum::<f64>();
            widths[part.start] += missing.max(0.0);
        }
        let mut starts = vec![0.0];
        for width in widths {
            starts.push(starts[starts.len() - 1] + width);
        }
        Self { starts }
    }

    fn middle(&self, column: usize) -> f64 {
        f64::midpoint(self.starts[column], self.starts[column + 1])
    }

    /// Stretches of columns, each a first one and the one behind the last, that fit into the room.
    fn stretches(&self, room: f64) -> Vec<(usize, usize)> {
        let n = self.starts.len() - 1;
        let mut stretches = Vec::new();
        let mut first = 0;
        for column in 0..n {
            if self.starts[column + 1] - self.starts[first] > room && column > first {
                stretches.push((first, column));
                first = column;
            }
        }
        stretches.push((first, n));
        stretches
    }
}

/// In how many other frames a frame is, the one at place `i`.
fn depth(grid: &Grid, i: usize, frame: &Frame) -> usize {
    let is_around = |other: &&Frame| {
        other.parts[0].0 < frame.parts[0].0
            && frame.end < other.end
            && other.top <= frame.top
            && frame.bottom <= other.bottom
    };
    // A frame is closed after those inside of it.
    grid.frames[i + 1..].iter().filter(is_around).count()
}

fn word_width(word: &str) -> f64 {
    (word.chars().count() as f64 * CHAR + 12.0).max(GATE)
}

fn mark_width(mark: &Mark) -> f64 {
    match mark {
        Mark::Word(word) => word_width(word),
        Mark::Reset => word_width("|0⟩"),
        Mark::Measure(bit) => 32.0 + bit.to_string().chars().count() as f64 * CHAR,
        Mark::Barrier => 6.0,
        Mark::Control(_) | Mark::Target | Mark::Cross => 20.0,
    }
}

fn block_width(block: &Block) -> f64 {
    let port = block.ports.iter().map(|(_, port)| port.chars().count()).max().unwrap_or(0) as f64;
    word_width(&block.name) + 2.0 * (port * CHAR + 4.0)
}

/// Paints one stretch of columns.
struct Painter<'a> {
    grid: &'a Grid,
    columns: &'a Columns,
    /// In how many others each frame is.
    depths: &'a [f64],
    /// Distance of two wires.
    row: f64,
    dx: f64,
    dy: f64,
    first: usize,
    last: usize,
    text: &'a mut String,
}

impl Painter<'_> {
    fn put(&mut self, markup: &str) {
        *self.text += markup;
        *self.text += "\n";
    }

    fn y(&self, row: usize) -> f64 {
        self.dy + (row as f64 + 0.5) * self.row
    }

    fn start(&self, column: usize) -> f64 {
        self.dx + self.columns.starts[column]
    }

    fn stretch(&mut self, is_last: bool) {
        let (left, right) = (self.start(self.first), self.start(self.last));
        for (row, ends) in self.grid.rows.iter().enumerate() {
            let y = self.y(row);
            self.put(&format!(
                "<text class='name' x='{:.1}' y='{y:.1}'>{}</text><path class='wire' d='M{left:.1} {y:.1}H{right:.1}'/>",
                left - 8.0,
                escape(&ends.name)
            ));
            if let Some(result) = ends.result.as_ref().filter(|_| is_last) {
                let x = right + 8.0;
                self.put(&format!("<text class='left' x='{x:.1}' y='{y:.1}'>{}</text>", escape(result)));
            }
        }
        for (frame, depth) in self.grid.frames.iter().zip(self.depths) {
            self.frame(frame, *depth);
        }
        let columns = self.first..self.last;
        for piece in self.grid.pieces.iter().filter(|piece| columns.contains(&piece.column)) {
            self.piece(piece);
        }
    }

    fn frame(&mut self, frame: &Frame, depth: f64) {
        let (begin, end) = (frame.parts[0].0, frame.end);
        if begin >= self.last || end < self.first {
            return;
        }
        let reach = self.row / 2.0 - 2.0 - INSET * depth;
        let (top, bottom) = (self.y(frame.top) - reach, self.y(frame.bottom) + reach);
        let (begins, ends) = (begin >= self.first, end < self.last);
        let left = if begins { self.start(begin) + 5.0 } else { self.start(self.first) };
        let right = if ends { self.start(end + 1) - 5.0 } else { self.start(self.last) };
        let mut path = format!("M{left:.1} {top:.1}H{right:.1}M{left:.1} {bottom:.1}H{right:.1}");
        if begins {
            let _ = write!(path, "M{left:.1} {top:.1}V{bottom:.1}");
        }
        if ends {
            let _ = write!(path, "M{right:.1} {top:.1}V{bottom:.1}");
        }
        self.put(&format!("<path class='frame' d='{path}'/>"));
        for (i, (column, title)) in frame.parts.iter().enumerate() {
            if (self.first..self.last).contains(column) {
                let x = self.start(*column) + 5.0;
                if i > 0 {
                    self.put(&format!("<path class='frame' d='M{x:.1} {top:.1}V{bottom:.1}'/>"));
                }
                // The border is broken behind it.
                let width = title.chars().count() as f64 * 6.7 + 6.0;
                self.put(&format!(
                    "<rect class='paper' x='{:.1}' y='{:.1}' width='{width:.1}' height='12'/><text class='title' x='{:.1}' y='{top:.1}'>{}</text>",
                    x + 5.0,
                    top - 6.0,
                    x + 8.0,
                    escape(title)
                ));
            }
        }
    }

    fn piece(&mut self, piece: &Piece) {
        let x = self.dx + self.columns.middle(piece.column);
        let rows = || piece.marks.iter().map(|mark| mark.0);
        let block = piece.block.as_ref();
        let top = rows().chain(block.map(|block| block.top)).min().unwrap_or(0);
        let bottom = rows().chain(block.map(|block| block.bottom)).max().unwrap_or(0);
        if bottom > top && piece.marks.iter().all(|mark| mark.1 != Mark::Barrier) {
            self.put(&format!("<path class='join' d='M{x:.1} {:.1}V{:.1}'/>", self.y(top), self.y(bottom)));
        }
        if let Some(block) = block {
            self.block(block, x);
        }
        for (row, mark) in &piece.marks {
            self.mark(mark, x, self.y(*row));
        }
    }

    fn word(&mut self, word: &str, x: f64, y: f64) {
        let width = word_width(word);
        self.put(&format!(
            "<rect class='gate' x='{:.1}' y='{:.1}' width='{width:.1}' height='{GATE}' rx='3'/><text x='{x:.1}' y='{y:.1}'>{}</text>",
            x - width / 2.0,
            y - GATE / 2.0,
            escape(word)
        ));
    }

    fn mark(&mut self, mark: &Mark, x: f64, y: f64) {
        match mark {
            Mark::Word(word) => self.word(word, x, y),
            Mark::Reset => self.word("|0⟩", x, y),
            Mark::Control(on_one) => {
                let class = if *on_one { "dot" } else { "ring" };
                self.put(&format!("<circle class='{class}' cx='{x:.1}' cy='{y:.1}' r='4'/>"));
            }
            Mark::Target => self.put(&format!(
                "<circle class='ring' cx='{x:.1}' cy='{y:.1}' r='9'/><path class='join' d='M{x:.1} {:.1}V{:.1}M{:.1} {y:.1}H{:.1}'/>",
                y - 9.0,
                y + 9.0,
                x - 9.0,
                x + 9.0
            )),
            Mark::Cross => {
                let (left, right, up, down) = (x - 6.0, x + 6.0, y - 6.0, y + 6.0);
                self.put(&format!(
                    "<path class='join' d='M{left:.1} {up:.1}L{right:.1} {down:.1}M{left:.1} {down:.1}L{right:.1} {up:.1}'/>"
                ));
            }
            Mark::Measure(bit) => {
                let width = mark_width(mark);
                let (left, dial) = (x - width / 2.0, x - width / 2.0 + 14.0);
                self.put(&format!(
                    "<rect class='gate' x='{left:.1}' y='{:.1}' width='{width:.1}' height='{GATE}' rx='3'/>\
                     <path class='join' d='M{:.1} {:.1}A9 9 0 0 1 {:.1} {:.1}M{dial:.1} {:.1}L{:.1} {:.1}'/>\
                     <text class='left' x='{:.1}' y='{y:.1}'>{bit}</text>",
                    y - GATE / 2.0,
                    dial - 9.0,
                    y + 5.0,
                    dial + 9.0,
                    y + 5.0,
                    y + 5.0,
                    dial + 6.0,
                    y - 6.0,
                    dial + 12.0
                ));
            }
            Mark::Barrier => self.put(&format!(
                "<path class='barrier' d='M{x:.1} {:.1}V{:.1}'/>",
                y - self.row / 2.0,
                y + self.row / 2.0
            )),
        }
    }

    fn block(&mut self, block: &Block, x: f64) {
        let width = block_width(block);
        let (top, bottom) = (self.y(block.top) - GATE / 2.0, self.y(block.bottom) + GATE / 2.0);
        let left = x - width / 2.0;
        self.put(&format!(
            "<rect class='gate' x='{left:.1}' y='{top:.1}' width='{width:.1}' height='{:.1}' rx='3'/>\
             <text x='{x:.1}' y='{:.1}'>{}</text>",
            bottom - top,
            // Between two wires, at or above the middle.
            self.dy + (block.top + block.bottom).div_ceil(2) as f64 * self.row,
            escape(&block.name)
        ));
        for row in block.top..=block.bottom {
            let y = self.y(row);
            match block.ports.iter().find(|port| port.0 == row) {
                Some((_, port)) => self.put(&format!(
                    "<text class='port left' x='{:.1}' y='{y:.1}'>{}</text>",
                    left + 5.0,
                    escape(port)
                )),
                None => self.put(&format!("<path class='wire' d='M{left:.1} {y:.1}H{:.1}'/>", left + width)),
            }
        }
    }
}
