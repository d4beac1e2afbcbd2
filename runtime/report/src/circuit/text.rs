//! A grid in characters: a line for each wire, and one between two wires where something is to be joined.

use super::grid::{Block, Frame, Grid, Mark, Piece};
use super::labels::wrapped;

/// The drawing as lines of at most `width` characters.
pub(super) fn paint(grid: &Grid, width: Option<usize>) -> String {
    let columns = Columns::new(grid);
    let mut canvas = Canvas::new(grid.rows.len(), columns.end());
    // The outer ones first: where borders meet, the inner one is seen.
    grid.frames.iter().rev().for_each(|frame| canvas.frame(frame, &columns));
    grid.pieces.iter().for_each(|piece| canvas.piece(piece, &columns));

    let names = names(grid);
    let n_before = names.first().map_or(0, |name| name.chars().count());
    let n_after =
        grid.rows.iter().filter_map(|row| row.result.as_ref()).map(|text| text.chars().count() + 1).max();
    let room = width.map(|width| width.saturating_sub(n_before + n_after.unwrap_or(0)).max(1));
    let mut text = String::new();
    let stretches = columns.stretches(room);
    for (i, &(start, end)) in stretches.iter().enumerate() {
        let is_last = i + 1 == stretches.len();
        let mut lines = Vec::new();
        for lane in 0..canvas.lanes.len() {
            let line: String = canvas.lanes[lane][start..end].iter().collect();
            if lane % 2 == 1 {
                let row = lane / 2;
                let result = grid.rows[row].result.as_ref().filter(|_| is_last);
                let result = result.map_or_else(String::new, |result| format!(" {result}"));
                lines.push(format!("{}{line}{result}", names[row]));
            } else if !line.trim().is_empty() {
                lines.push(format!("{}{}", " ".repeat(n_before), line.trim_end()));
            }
        }
        if i > 0 {
            text += "\n";
        }
        text += &(lines.join("\n") + "\n");
    }
    if !grid.notes.is_empty() {
        let notes = grid.notes.iter().flat_map(|note| wrapped(note, width.unwrap_or(usize::MAX)));
        text += &format!("\n{}\n", notes.collect::<Vec<_>>().join("\n"));
    }
    text
}

/// The names of the rows with a colon, all of the same length.
fn names(grid: &Grid) -> Vec<String> {
    let longest = grid.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    grid.rows.iter().map(|row| format!("{:>longest$}: ", row.name)).collect()
}

/// Where the columns are, in characters.
struct Columns {
    starts: Vec<usize>,
    /// Characters that stay together.
    titles: Vec<(usize, usize)>,
}

impl Columns {
    fn new(grid: &Grid) -> Self {
        // A line between two gates, so that they don't touch.
        let mut widths = vec![1; grid.n_columns];
        let mut widen = |column: usize, width: usize| widths[column] = widths[column].max(width);
        for piece in &grid.pieces {
            let marks = piece.marks.iter().map(|(_, mark)| word(mark).chars().count());
            let block = piece.block.as_ref().map(|block| block_width(block) + 4);
            widen(piece.column, marks.chain(block).max().unwrap_or(0) + 2);
        }
        for frame in &grid.frames {
            frame.parts.iter().for_each(|(column, _)| widen(*column, 2));
            widen(frame.end, 2);
        }
        let mut titles = Vec::new();
        // The inner ones first, which may make room for the others.
        for part in grid.frames.iter().flat_map(Frame::spans) {
            let width = part.title.chars().count() + 4;
            let missing = width.saturating_sub(widths[part.start..part.end].iter().sum());
            widths[part.start] += missing;
            titles.push((part.start, width));
        }
        let mut starts = vec![0];
        for width in widths {
            starts.push(starts[starts.len() - 1] + width);
        }
        let titles =
            titles.into_iter().map(|(column, width)| (starts[column], starts[column] + width)).collect();
        Self { starts, titles }
    }

    /// A piece of line stands behind the last gate.
    fn end(&self) -> usize {
        self.starts[self.starts.len() - 1] + 1
    }

    /// The first character of a column, and how many there are.
    fn place(&self, column: usize) -> (usize, usize) {
        (self.starts[column], self.starts[column + 1] - self.starts[column])
    }

    /// The middle of a column.
    fn middle(&self, column: usize) -> usize {
        let (start, width) = self.place(column);
        start + (width - 1) / 2
    }

    /// Stretches of whole columns that fit into the room.
    fn stretches(&self, room: Option<usize>) -> Vec<(usize, usize)> {
        let Some(room) = room else { return vec![(0, self.end())] };
        let is_in_title = |at: usize| self.titles.iter().any(|&(start, end)| start < at && at < end);
        let mut stretches = Vec::new();
        let (mut start, mut last) = (0, 0);
        for pair in self.starts.windows(2) {
            if !is_in_title(pair[0]) {
                last = pair[0];
            }
            // Behind the last column there is one character more.
            if pair[1] + 1 - start > room && last > start {
                stretches.push((start, last));
                start = last;
            }
        }
        stretches.push((start, self.end()));
        stretches
    }
}

/// What a mark is in characters.
fn word(mark: &Mark) -> String {
    match mark {
        Mark::Word(word) => word.clone(),
        Mark::Control(true) => "●".to_owned(),
        Mark::Control(false) => "○".to_owned(),
        Mark::Target => "⊕".to_owned(),
        Mark::Cross => "╳".to_owned(),
        Mark::Measure(bit) => format!("M→{bit}"),
        Mark::Reset => "|0⟩".to_owned(),
        Mark::Barrier => "░".to_owned(),
    }
}

/// Ports and name side by side.
fn block_width(block: &Block) -> usize {
    port_width(block) + 1 + block.name.chars().count()
}

fn port_width(block: &Block) -> usize {
    block.ports.iter().map(|(_, port)| port.chars().count()).max().unwrap_or(0)
}

struct Canvas {
    /// The characters of each lane.
    lanes: Vec<Vec<char>>,
}

impl Canvas {
    fn new(n_rows: usize, width: usize) -> Self {
        let lane = |lane: usize| vec![if lane % 2 == 1 { '─' } else { ' ' }; width];
        Self { lanes: (0..=2 * n_rows).map(lane).collect() }
    }

    fn put(&mut self, lane: usize, at: usize, text: &str) {
        text.chars().enumerate().for_each(|(i, c)| self.lanes[lane][at + i] = c);
    }

    /// A vertical line on these lanes; wires go on below it.
    fn line(&mut self, first: usize, last: usize, at: usize) {
        for lane in first..=last {
            self.lanes[lane][at] = if lane % 2 == 1 { '┼' } else { '│' };
        }
    }

    fn piece(&mut self, piece: &Piece, columns: &Columns) {
        let middle = columns.middle(piece.column);
        let lanes = || piece.marks.iter().map(|mark| 2 * mark.0 + 1);
        if let Some(block) = &piece.block {
            self.block(block, columns.place(piece.column), middle);
            let (top, bottom) = (2 * block.top, 2 * block.bottom + 2);
            if let Some(first) = lanes().min().filter(|&first| first < top) {
                self.line(first, top - 1, middle);
                self.lanes[top][middle] = '┴';
            }
            if let Some(last) = lanes().max().filter(|&last| last > bottom) {
                self.line(bottom + 1, last, middle);
                self.lanes[bottom][middle] = '┬';
            }
        } else if let (Some(first), Some(last)) = (lanes().min(), lanes().max())
            && piece.marks.iter().all(|mark| mark.1 != Mark::Barrier)
        {
            self.line(first, last, middle);
        }
        for (row, mark) in &piece.marks {
            let word = word(mark);
            self.put(2 * row + 1, middle - (word.chars().count() - 1) / 2, &word);
        }
    }

    fn block(&mut self, block: &Block, (start, width): (usize, usize), middle: usize) {
        let inner = block_width(block) + 2;
        let left = middle.saturating_sub(inner / 2).clamp(start, start + width - inner - 2);
        let right = left + inner + 1;
        let (top, bottom) = (2 * block.top, 2 * block.bottom + 2);
        self.put(top, left, &format!("┌{}┐", "─".repeat(inner)));
        self.put(bottom, left, &format!("└{}┘", "─".repeat(inner)));
        for lane in top + 1..bottom {
            let port = block.ports.iter().find(|(row, _)| 2 * row + 1 == lane);
            match port {
                Some((_, port)) => self.put(lane, left, &format!("┤ {port:<0$}├", inner - 1)),
                None if lane % 2 == 1 => self.put(lane, left, &format!("┼{}┼", "─".repeat(inner))),
                None => self.put(lane, left, &format!("│{}│", " ".repeat(inner))),
            }
        }
        // In the gap above the middle; there is always one inside.
        let lane = (block.top + block.bottom).div_ceil(2) * 2;
        self.put(lane, left + 2 + port_width(block) + 1, &block.name);
        debug_assert_eq!(self.lanes[top][right], '┐', "the corners are where they should be");
    }

    fn frame(&mut self, frame: &Frame, columns: &Columns) {
        let (top, bottom) = (2 * frame.top, 2 * frame.bottom + 2);
        let end = columns.place(frame.end).0;
        let (first, _) = columns.place(frame.parts[0].0);
        // The first character of a column is line, so that frames side by side don't touch.
        let left = first + 1;
        for at in left..end {
            self.lanes[top][at] = '╌';
            self.lanes[bottom][at] = '╌';
        }
        for (i, (column, title)) in frame.parts.iter().enumerate() {
            let at = columns.place(*column).0 + 1;
            self.side(top, bottom, at);
            let (upper, lower) = if i == 0 { ("╭", "╰") } else { ("┬", "┴") };
            self.put(top, at, &format!("{upper} {title} "));
            self.put(bottom, at, lower);
        }
        self.side(top, bottom, end);
        self.put(top, end, "╮");
        self.put(bottom, end, "╯");
    }

    fn side(&mut self, top: usize, bottom: usize, at: usize) {
        for lane in top + 1..bottom {
            self.lanes[lane][at] = if lane % 2 == 1 { '┼' } else { '┊' };
        }
    }
}
