//! What all charts with axes share: ranges, words, the grid behind.

use std::ops::Range;

use plotters::chart::MeshStyle;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use qml_prelude::chart::Chart;

use super::ticks::number_of;
use super::words::label;
use super::{Area, Fault, Scale, colours};

/// The smallest range that holds all of these numbers, a twentieth wider on both sides.
pub(super) fn range(values: impl Iterator<Item = f64>) -> Range<f64> {
    let finite = values.filter(|value| value.is_finite());
    let (lo, hi) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)));
    if lo > hi {
        return 0.0..1.0;
    }
    let room = (hi - lo) / 20.0;
    // Numbers that are all the same still are somewhere in a range.
    let room = if room > 1e-12 * lo.abs().max(hi.abs()) { room } else { lo.abs().max(1.0) / 20.0 };
    lo - room..hi + room
}

/// The same for the axis of abscissas, which needs no room beside lines.
pub(super) fn tight(values: impl Iterator<Item = f64> + Clone) -> Range<f64> {
    let finite = || values.clone().filter(|value| value.is_finite());
    let (lo, hi) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if lo < hi { lo..hi } else { range(values) }
}

/// An axis at which these numbers stand.
pub(super) struct At {
    axis: RangedCoordf64,
    numbers: Vec<f64>,
}

impl At {
    pub fn new(range: Range<f64>, numbers: Vec<f64>) -> Self {
        Self { axis: range.into(), numbers }
    }
}

impl Ranged for At {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.axis.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.numbers.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.axis.range()
    }
}

/// A chart with numbers at both axes.
pub(super) type Plain<'a, B> = ChartContext<'a, B, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// Axes with the words of the chart, and a grid behind.
pub(super) fn plain<'a, B: DrawingBackend>(
    chart: &Chart,
    area: &'a Area<'_, B>,
    scale: Scale,
    x: Range<f64>,
    y: Range<f64>,
) -> Result<Plain<'a, B>, Fault>
where
    B::ErrorType: 'static,
{
    let (across, up) = (x.end - x.start, y.end - y.start);
    let at_ends = [y.start, y.end].map(|value| number_of(value, up).chars().count());
    let mut axes = frame(chart, area, scale, at_ends[0].max(at_ends[1])).build_cartesian_2d(x, y)?;
    styled_mesh(chart, area, &mut axes, scale)
        .x_label_formatter(&|x| number_of(*x, across))
        .y_label_formatter(&|y| number_of(*y, up))
        .draw()?;
    Ok(axes)
}

/// Room for the words around, and for numbers of so many characters at the axis of ordinates.
pub(super) fn frame<'a, 'b, B: DrawingBackend>(
    chart: &Chart,
    area: &'a Area<'_, B>,
    scale: Scale,
    n_characters: usize,
) -> ChartBuilder<'a, 'b, B> {
    let numbers = (8 * n_characters as u32 + 8).max(50);
    let mut builder = ChartBuilder::on(area);
    builder
        .margin(scale.px(14))
        .margin_right(scale.px(24))
        .x_label_area_size(scale.px(if chart.x_label.is_empty() { 26 } else { 40 }))
        .y_label_area_size(scale.px(if chart.y_label.is_empty() { numbers } else { numbers + 12 }));
    builder
}

/// The grid as all charts have it, to be drawn when the numbers along it are chosen.
pub(super) fn styled_mesh<'a, 'b, B: DrawingBackend, X, Y>(
    chart: &Chart,
    area: &Area<'_, B>,
    axes: &'b mut ChartContext<'a, B, Cartesian2d<X, Y>>,
    scale: Scale,
) -> MeshStyle<'a, 'b, X, Y, B>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let (width, height) = area.dim_in_pixel();
    let mut style = axes.configure_mesh();
    style
        .light_line_style(TRANSPARENT)
        .bold_line_style(colours::GRID.stroke_width(scale.stroke(10)))
        .axis_style(colours::INK.stroke_width(scale.stroke(10)))
        .label_style(scale.font(13))
        .axis_desc_style(scale.font(14))
        .x_desc(label(&chart.x_label, area, scale, width - scale.px(90) as u32))
        .y_desc(label(&chart.y_label, area, scale, height - scale.px(40) as u32))
        .x_labels(8)
        .y_labels(7)
        .set_all_tick_mark_size(scale.px(4));
    style
}
