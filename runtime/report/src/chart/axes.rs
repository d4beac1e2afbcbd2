//! What all charts with axes share: ranges, words, the grid behind.

use std::ops::Range;

use plotters::chart::MeshStyle;
use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use qml_prelude::chart::Chart;

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

/// A number at an axis.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size < 1e-12 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&size) {
        return format!("{value:.1e}").replace(".0e", "e").replace('-', "−");
    }
    let digits = if size < 0.1 { 4 } else { 3 };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
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
    let mut axes = frame(chart, area, scale).build_cartesian_2d(x, y)?;
    mesh(chart, &mut axes, scale)?;
    Ok(axes)
}

/// The words around, and room for the numbers.
pub(super) fn frame<'a, 'b, B: DrawingBackend>(
    chart: &Chart,
    area: &'a Area<'_, B>,
    scale: Scale,
) -> ChartBuilder<'a, 'b, B> {
    let mut builder = ChartBuilder::on(area);
    builder
        .margin(scale.px(14))
        .margin_right(scale.px(24))
        .x_label_area_size(scale.px(if chart.x_label.is_empty() { 26 } else { 40 }))
        .y_label_area_size(scale.px(if chart.y_label.is_empty() { 50 } else { 62 }));
    if !chart.title.is_empty() {
        builder.caption(&chart.title, scale.font(18));
    }
    builder
}

/// The grid, and numbers at the axes.
pub(super) fn mesh<B: DrawingBackend, X, Y>(
    chart: &Chart,
    axes: &mut ChartContext<'_, B, Cartesian2d<X, Y>>,
    scale: Scale,
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    styled_mesh(chart, axes, scale)
        .x_labels(8)
        .x_label_formatter(&|x| number(*x))
        .y_label_formatter(&|y| number(*y))
        .set_all_tick_mark_size(scale.px(4))
        .draw()?;
    Ok(())
}

/// The grid as all charts have it, to be drawn when the numbers along it are chosen.
pub(super) fn styled_mesh<'a, 'b, B: DrawingBackend, X, Y>(
    chart: &Chart,
    axes: &'b mut ChartContext<'a, B, Cartesian2d<X, Y>>,
    scale: Scale,
) -> MeshStyle<'a, 'b, X, Y, B>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut style = axes.configure_mesh();
    style
        .light_line_style(TRANSPARENT)
        .bold_line_style(colours::GRID.stroke_width(scale.stroke(10)))
        .axis_style(colours::INK.stroke_width(scale.stroke(10)))
        .label_style(scale.font(13))
        .axis_desc_style(scale.font(14))
        .x_desc(&chart.x_label)
        .y_desc(&chart.y_label)
        .y_labels(7);
    style
}

/// The names of lines or classes, in a box.
pub(super) fn legend<'a, B: DrawingBackend + 'a, X, Y>(
    axes: &mut ChartContext<'a, B, Cartesian2d<X, Y>>,
    scale: Scale,
    position: SeriesLabelPosition,
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
    X: Ranged + AsRangedCoord<Value = <X as Ranged>::ValueType>,
    Y: Ranged + AsRangedCoord<Value = <Y as Ranged>::ValueType>,
{
    axes.configure_series_labels()
        .position(position)
        .margin(scale.px(10))
        .legend_area_size(scale.px(24))
        .label_font(scale.font(13))
        .background_style(colours::PAPER.mix(0.85))
        .border_style(colours::GRID.stroke_width(scale.stroke(10)))
        .draw()?;
    Ok(())
}
