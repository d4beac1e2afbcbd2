//! Where a classifier decides for which class.

use plotters::prelude::*;
use qml_prelude::chart::Chart;

use super::axes::plain;
use super::series::{classed_points, of_classes};
use super::{Area, Fault, Scale, colours, words};

/// Points of a line or a border.
type Points = Vec<(f64, f64)>;

/// Values of a function on a grid.
pub(super) struct Grid<'a> {
    /// Abscissas of the columns, rising.
    pub x: &'a [f64],
    /// Ordinates of the rows, rising.
    pub y: &'a [f64],
    /// Row by row.
    pub scores: &'a [f64],
    /// Where the function changes its side.
    pub threshold: f64,
}

impl Grid<'_> {
    fn score(&self, column: usize, row: usize) -> f64 {
        self.scores[row * self.x.len() + column]
    }

    fn is_above(&self, column: usize, row: usize) -> bool {
        self.score(column, row) >= self.threshold
    }

    /// The part of a square of the grid that is not below the threshold, as a polygon, and the ends of the boundary on its
    /// sides, by linear interpolation (marching squares).
    pub(super) fn cut(&self, column: usize, row: usize) -> (Points, Points) {
        let corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
        let (mut polygon, mut ends) = (Vec::new(), Vec::new());
        for k in 0..4 {
            let ((i, j), (next_i, next_j)) = (corners[k], corners[(k + 1) % 4]);
            if self.is_above(i, j) {
                polygon.push((self.x[i], self.y[j]));
            }
            if self.is_above(i, j) != self.is_above(next_i, next_j) {
                let (a, b) = (self.score(i, j), self.score(next_i, next_j));
                let share = (a - self.threshold) / (a - b);
                let between = |from: f64, to: f64| from + share * (to - from);
                let end = (between(self.x[i], self.x[next_i]), between(self.y[j], self.y[next_j]));
                polygon.push(end);
                ends.push(end);
            }
        }
        (polygon, ends)
    }
}

/// The sides in light colours, the line between them, and the points.
pub(super) fn draw<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    grid: &Grid<'_>,
    points: &[(f64, f64)],
    classes: &[f64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let area = &words::names(&of_classes(classes), area, scale)?;
    let ends = |values: &[f64]| values[0]..values[values.len() - 1];
    let mut axes = plain(chart, area, scale, ends(grid.x), ends(grid.y))?;
    let class = |i| colours::tint(colours::series(i)).filled();
    let whole = [(ends(grid.x).start, ends(grid.y).start), (ends(grid.x).end, ends(grid.y).end)];
    axes.draw_series([Rectangle::new(whole, class(0))])?;
    let mut lines = Vec::new();
    for row in 0..grid.y.len() - 1 {
        for column in 0..grid.x.len() - 1 {
            let (polygon, ends) = grid.cut(column, row);
            if !polygon.is_empty() {
                axes.draw_series([Polygon::new(polygon, class(1))])?;
            }
            lines.extend(ends.chunks_exact(2).map(<[(f64, f64)]>::to_vec));
        }
    }
    let style = colours::INK.stroke_width(scale.stroke(14));
    axes.draw_series(lines.into_iter().map(|line| PathElement::new(line, style)))?;
    classed_points(&mut axes, scale, points, classes)
}
