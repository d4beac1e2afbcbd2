//! Lines, points and bars.

use plotters::coord::combinators::IntoLogRange;
use plotters::coord::ranged1d::AsRangedCoord;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use qml_prelude::chart::Chart;

use super::axes::{self, frame, legend, mesh, plain, range, tight};
use super::{Area, Fault, Scale, colours};

/// Lines through points; a gap where a number is not finite.
pub(super) fn lines<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    x: &[f64],
    series: &[(String, Vec<f64>)],
    log_y: bool,
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let values = || series.iter().flat_map(|(_, y)| y.iter().copied());
    let across = tight(x.iter().copied());
    if log_y {
        let logs = range(values().map(f64::log10));
        let y = (10f64.powf(logs.start)..10f64.powf(logs.end)).log_scale();
        let mut axes = frame(chart, area, scale).build_cartesian_2d(across, y)?;
        mesh(chart, &mut axes, scale)?;
        return all_lines(&mut axes, scale, x, series);
    }
    all_lines(&mut plain(chart, area, scale, across, range(values()))?, scale, x, series)
}

fn all_lines<'a, B: DrawingBackend + 'a, Y>(
    axes: &mut ChartContext<'a, B, Cartesian2d<RangedCoordf64, Y>>,
    scale: Scale,
    x: &[f64],
    series: &[(String, Vec<f64>)],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
    Y: Ranged<ValueType = f64> + AsRangedCoord<Value = f64>,
{
    for (i, (name, y)) in series.iter().enumerate() {
        let style = colours::series(i).stroke_width(scale.stroke(18));
        let points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
        for stretch in points.split(|point| !point.1.is_finite()) {
            if let [only] = stretch {
                axes.draw_series([Circle::new(*only, scale.px(2), style.filled())])?;
            } else if !stretch.is_empty() {
                axes.draw_series(LineSeries::new(stretch.iter().copied(), style))?;
            }
        }
        if !name.is_empty() {
            let length = scale.px(18);
            axes.draw_series(LineSeries::new(std::iter::empty(), style))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + length, y)], style));
        }
    }
    if series.iter().any(|(name, _)| !name.is_empty()) {
        legend(axes, scale, SeriesLabelPosition::UpperRight)?;
    }
    Ok(())
}

/// Points, in a colour by class.
pub(super) fn points<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    points: &[(f64, f64)],
    classes: &[f64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let (x, y) = (points.iter().map(|point| point.0), points.iter().map(|point| point.1));
    let mut axes = plain(chart, area, scale, range(x), range(y))?;
    classed_points(&mut axes, scale, points, classes)
}

/// Points with a legend of their classes, on axes that are there.
pub(super) fn classed_points<'a, B: DrawingBackend + 'a>(
    axes: &mut axes::Plain<'a, B>,
    scale: Scale,
    points: &[(f64, f64)],
    classes: &[f64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let mut names: Vec<f64> = classes.to_vec();
    names.sort_by(f64::total_cmp);
    names.dedup();
    let class = |i: usize| classes.get(i).and_then(|class| names.iter().position(|name| name == class));
    let (radius, edge) = (scale.px(4), colours::PAPER.stroke_width(scale.stroke(8)));
    for (i, &point) in points.iter().enumerate() {
        let colour = colours::series(class(i).unwrap_or(0));
        axes.draw_series([Circle::new(point, radius, colour.filled())])?;
        axes.draw_series([Circle::new(point, radius, edge)])?;
    }
    for (i, name) in names.iter().enumerate() {
        let colour = colours::series(i);
        axes.draw_series(std::iter::empty::<Circle<(f64, f64), i32>>())?
            .label(axes::number(*name))
            .legend(move |(x, y)| Circle::new((x + radius, y), radius, colour.filled()));
    }
    if !names.is_empty() {
        legend(axes, scale, SeriesLabelPosition::UpperRight)?;
    }
    Ok(())
}

/// Bars over intervals of one width.
pub(super) fn histogram<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    (start, width): (f64, f64),
    counts: &[u64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let highest = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let end = start + width * counts.len() as f64;
    let mut axes = plain(chart, area, scale, start..end, 0.0..1.06 * highest)?;
    let (colour, gap) = (colours::series(0), width / 20.0);
    axes.draw_series(counts.iter().enumerate().map(|(i, &count)| {
        let left = start + width * i as f64;
        Rectangle::new([(left + gap, 0.0), (left + width - gap, count as f64)], colour.filled())
    }))?;
    Ok(())
}

/// A bar for each name; names upright where they are many or long.
pub(super) fn bars<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    bars: &[(String, f64)],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let highest = bars.iter().map(|bar| bar.1).fold(0.0, f64::max);
    let highest = if highest > 0.0 { highest } else { 1.0 };
    let longest = bars.iter().map(|bar| bar.0.chars().count()).max().unwrap_or(0);
    let is_upright = longest * bars.len() > 70;
    let room = if is_upright { 8 * longest as u32 + 16 } else { 24 };
    let x_label = if chart.x_label.is_empty() { 0 } else { 18 };
    // Few bars are not as wide as the page.
    let room_beside = 8_usize.saturating_sub(bars.len()) as f64 / 2.0;
    let mut axes = frame(chart, area, scale)
        .x_label_area_size(scale.px(room + x_label))
        .build_cartesian_2d(-0.6 - room_beside..bars.len() as f64 - 0.4 + room_beside, 0.0..1.06 * highest)?;
    axes::styled_mesh(chart, &mut axes, scale)
        .disable_x_mesh()
        .x_labels(0)
        .y_label_formatter(&|y| axes::number(*y))
        .draw()?;
    let colour = colours::series(0);
    axes.draw_series(bars.iter().enumerate().map(|(i, bar)| {
        let middle = i as f64;
        Rectangle::new([(middle - 0.38, 0.0), (middle + 0.38, bar.1)], colour.filled())
    }))?;
    let size = if bars.len() > 40 { 9 } else { 13 };
    for (i, (name, _)) in bars.iter().enumerate() {
        let (x, y) = axes.backend_coord(&(i as f64, 0.0));
        let style = scale.font(size);
        let style = if is_upright {
            style.transform(FontTransform::Rotate90).pos(Pos::new(HPos::Left, VPos::Center))
        } else {
            style.pos(Pos::new(HPos::Center, VPos::Top))
        };
        area.draw(&Text::new(name.clone(), (x, y + scale.px(6)), style))?;
    }
    Ok(())
}
