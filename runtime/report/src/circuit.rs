//! Drawings of circuits, as text for a terminal and as SVG.
//!
//! A circuit becomes [`steps`] with their words, repeated stretches of steps are folded ([`fold`]), each step is put into
//! the first column where its wires are free ([`grid`]), and the grid is painted ([`text`], [`svg`]). Wire 0 is at the top.

mod fold;
mod grid;
mod labels;
mod steps;
mod svg;
mod text;

use qml_ir::circuit::Circuit;

use grid::Grid;

/// What to draw of a circuit, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Draw every round of what is repeated.
    pub unfold: bool,
}

/// The circuit as lines of text that are at most `width` characters long (as far as one gate fits), or of any length.
pub fn text(circuit: &Circuit, width: Option<usize>, options: Options) -> String {
    text::paint(&Grid::of(circuit, options), width)
}

/// The circuit as an SVG document that is at most `width` pixels wide (as far as one gate fits).
pub fn svg(circuit: &Circuit, width: f64, options: Options) -> String {
    svg::paint(&Grid::of(circuit, options), width)
}

#[cfg(test)]
mod tests;
