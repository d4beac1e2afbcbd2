//! Text with places where lines may break, and how it becomes lines.
//!
//! A group is laid out flat if it fits on its line, else all its own line breaks are taken; groups inside it decide for
//! themselves (Oppen 1980, Wadler 2003). What follows a group up to the next line break has to fit too. A comment ends
//! its line, so a group that holds one is never flat.

use super::words::Comment;

/// Lines are no longer than this, if there is a place to break them.
const WIDTH: usize = 110;

/// How far a block stands in.
const INDENT: usize = 4;

/// A piece of a layout.
#[derive(Debug)]
pub(super) enum Layout<'text> {
    /// Text without newlines.
    Text(&'text str),
    /// A space; nothing at the start of a line.
    Space,
    /// A space, or a new line where the group around it is broken.
    Line,
    /// Nothing, or a new line where the group around it is broken.
    SoftLine,
    /// A new line.
    HardLine,
    /// A blank line, and a new line.
    BlankLine,
    /// Text that is there only where the group around it is broken.
    IfBroken(&'static str),
    /// A comment, and the end of its line.
    Comment(Comment<'text>),
    /// Parts that stand in by one more level after a line break.
    Indent(Vec<Layout<'text>>),
    /// Flat if it fits.
    Group {
        /// In order.
        parts: Vec<Layout<'text>>,
        /// Holds something that ends a line.
        is_broken: bool,
    },
    /// Parts with [`Layout::Line`]s between them, as many on a line as fit where the group around it is broken.
    Fill(Vec<Vec<Layout<'text>>>),
}

impl Layout<'_> {
    /// Whether it always ends a line.
    fn breaks(&self) -> bool {
        match self {
            Layout::Text(_) | Layout::Space | Layout::Line | Layout::SoftLine | Layout::IfBroken(_) => false,
            Layout::HardLine | Layout::BlankLine | Layout::Comment(_) => true,
            Layout::Indent(parts) => any_breaks(parts),
            Layout::Group { is_broken, .. } => *is_broken,
            Layout::Fill(parts) => parts.iter().any(|part| any_breaks(part)),
        }
    }
}

/// Whether one of the parts always ends a line.
pub(super) fn any_breaks(parts: &[Layout<'_>]) -> bool {
    parts.iter().any(Layout::breaks)
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    One(&'a Layout<'a>),
    /// The remaining parts of a fill, with a line before the first.
    Fill(&'a [Vec<Layout<'a>>]),
}

/// What is still to be printed.
#[derive(Clone, Copy)]
struct Task<'a> {
    piece: Piece<'a>,
    indent: usize,
    is_flat: bool,
}

/// The lines of a layout, each ending in a newline.
pub(super) fn print<'a>(parts: &'a [Layout<'a>]) -> String {
    let mut printer = Printer::default();
    printer.push(parts, 0, false);
    while let Some(task) = printer.tasks.pop() {
        match task.piece {
            Piece::One(layout) => printer.print(layout, task.indent, task.is_flat),
            Piece::Fill(parts) => printer.fill(parts, task.indent, task.is_flat),
        }
    }
    printer.new_line(0);
    printer.text
}

#[derive(Default)]
struct Printer<'a> {
    text: String,
    /// What is to be printed, next last.
    tasks: Vec<Task<'a>>,
    /// Characters on this line, its indentation among them.
    column: usize,
    /// The indentation of this line.
    indent: usize,
    /// A word or comment stands on this line.
    has_text: bool,
    /// A comment ends this line.
    is_after_comment: bool,
}

impl<'a> Printer<'a> {
    fn push(&mut self, parts: &'a [Layout<'a>], indent: usize, is_flat: bool) {
        let tasks = parts.iter().rev().map(|part| Task { piece: Piece::One(part), indent, is_flat });
        self.tasks.extend(tasks);
    }

    fn print(&mut self, layout: &'a Layout<'a>, indent: usize, is_flat: bool) {
        match layout {
            Layout::Text(text) => self.write(text, indent),
            Layout::Space => self.space(indent),
            Layout::Line if is_flat => self.space(indent),
            Layout::SoftLine if is_flat => {}
            Layout::Line | Layout::SoftLine | Layout::HardLine => self.new_line(indent),
            Layout::BlankLine => {
                self.new_line(indent);
                self.text.push('\n');
            }
            Layout::IfBroken(text) => {
                if !is_flat {
                    self.write(text, indent);
                }
            }
            Layout::Comment(comment) => self.comment(comment, indent),
            Layout::Indent(parts) => self.push(parts, indent + INDENT, is_flat),
            Layout::Group { parts, is_broken } => {
                let is_flat = !is_broken && self.fits(parts, false);
                self.push(parts, indent, is_flat);
            }
            Layout::Fill(parts) => {
                if let Some((first, rest)) = parts.split_first() {
                    self.tasks.push(Task { piece: Piece::Fill(rest), indent, is_flat });
                    self.push(first, indent, is_flat);
                }
            }
        }
    }

    fn fill(&mut self, parts: &'a [Vec<Layout<'a>>], indent: usize, is_flat: bool) {
        let Some((first, rest)) = parts.split_first() else { return };
        self.tasks.push(Task { piece: Piece::Fill(rest), indent, is_flat });
        if is_flat || (!any_breaks(first) && self.fits(first, true)) {
            self.space(indent);
        } else {
            self.new_line(indent);
        }
        self.push(first, indent, is_flat);
    }

    /// Whether the parts fit flat on this line, perhaps after a space, with what follows up to the next line break.
    fn fits(&self, parts: &'a [Layout<'a>], has_space: bool) -> bool {
        let Some(mut room) = WIDTH.checked_sub(self.column + usize::from(has_space)) else { return false };
        let flat = |part| Task { piece: Piece::One(part), indent: 0, is_flat: true };
        let mut next: Vec<Task<'a>> = parts.iter().rev().map(flat).collect();
        let mut later = self.tasks.iter().rev();
        while let Some(task) = next.pop().or_else(|| later.next().copied()) {
            let Piece::One(layout) = task.piece else {
                match task.piece {
                    Piece::Fill([]) => continue,
                    _ => return true,
                }
            };
            let width = match layout {
                Layout::Text(text) => text.chars().count(),
                Layout::Line | Layout::SoftLine if !task.is_flat => return true,
                Layout::HardLine | Layout::BlankLine | Layout::Comment(_) => return true,
                Layout::Space | Layout::Line => 1,
                Layout::SoftLine => 0,
                Layout::IfBroken(text) => {
                    if task.is_flat {
                        0
                    } else {
                        text.len()
                    }
                }
                Layout::Indent(parts) => {
                    next.extend(parts.iter().rev().map(|part| Task { piece: Piece::One(part), ..task }));
                    0
                }
                Layout::Group { parts, is_broken } => {
                    let is_flat = !is_broken;
                    next.extend(parts.iter().rev().map(|part| Task {
                        piece: Piece::One(part),
                        indent: 0,
                        is_flat,
                    }));
                    0
                }
                Layout::Fill(parts) => {
                    if !task.is_flat && parts.len() > 1 {
                        // The line may end after the first part.
                        next.push(Task { piece: Piece::One(&Layout::HardLine), ..task });
                    }
                    let shown = if task.is_flat { &parts[..] } else { &parts[..1.min(parts.len())] };
                    for (index, part) in shown.iter().enumerate().rev() {
                        next.extend(part.iter().rev().map(|part| Task { piece: Piece::One(part), ..task }));
                        if index > 0 {
                            next.push(flat(&Layout::Space));
                        }
                    }
                    0
                }
            };
            match room.checked_sub(width) {
                Some(rest) => room = rest,
                None => return false,
            }
        }
        true
    }

    /// Ends this line, if anything stands on it.
    fn new_line(&mut self, indent: usize) {
        if self.has_text {
            self.text.truncate(self.text.trim_end_matches(' ').len());
            self.text.push('\n');
        }
        (self.column, self.indent, self.has_text, self.is_after_comment) = (indent, indent, false, false);
    }

    fn space(&mut self, indent: usize) {
        if self.is_after_comment {
            self.new_line(indent);
        } else if self.has_text {
            self.text.push(' ');
            self.column += 1;
        }
    }

    fn write(&mut self, text: &str, indent: usize) {
        if self.is_after_comment {
            self.new_line(indent);
        }
        if !self.has_text {
            self.text.extend(std::iter::repeat_n(' ', self.indent));
            self.has_text = true;
        }
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn comment(&mut self, comment: &Comment<'_>, indent: usize) {
        if comment.is_alone && self.has_text {
            self.new_line(indent);
        }
        if self.has_text && !self.is_after_comment {
            let code = self.text.trim_end_matches(' ').len();
            self.column -= self.text.len() - code;
            self.text.truncate(code);
            let column = comment.column.map_or(0, |column| self.indent + column);
            let n_spaces = column.saturating_sub(self.column).max(1);
            self.text.extend(std::iter::repeat_n(' ', n_spaces));
        }
        self.write(comment.text, indent);
        self.is_after_comment = true;
    }
}
