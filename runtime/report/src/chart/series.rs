//! Lines, points and bars.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use qml_prelude::chart::Chart;

use super::axes::{self, At, frame, plain, range, styled_mesh, tight};
use super::ticks::{logarithmic, number, number_of, whole};
use super::words::{self, Entry, Mark};
use super::{Area, Fault, Scale, colours};

/// Powers of ten at which an axis by logarithms ends, with room beside them: further ones are no numbers.
const MOST_LOG: f64 = 280.0;

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
    let area = &words::names(&words::of_lines(series), area, scale)?;
    if !log_y {
        return all_lines(&mut plain(chart, area, scale, across, range(values()))?, scale, x, series);
    }
    // The axis is one of logarithms, with the numbers themselves at it.
    let log = |y: f64| y.log10().clamp(-MOST_LOG, MOST_LOG);
    let logs = range(values().map(log));
    let numbers = logarithmic(&(10f64.powf(logs.start)..10f64.powf(logs.end)));
    let least = numbers.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let text = |log: &f64| {
        let value = 10f64.powf(*log);
        number_of(value, 20.0 * least.min(value))
    };
    let places: Vec<f64> = numbers.iter().map(|number| number.log10()).collect();
    let widest = places.iter().map(|place| text(place).chars().count()).max().unwrap_or(0);
    let length = across.end - across.start;
    let mut axes = frame(chart, area, scale, widest).build_cartesian_2d(across, At::new(logs, places))?;
    styled_mesh(chart, area, &mut axes, scale)
        .x_label_formatter(&|x| number_of(*x, length))
        .y_label_formatter(&text)
        .draw()?;
    let logs = |(name, y): &(String, Vec<f64>)| (name.clone(), y.iter().map(|&y| log(y)).collect());
    all_lines(&mut axes, scale, x, &series.iter().map(logs).collect::<Vec<_>>())
}

fn all_lines<'a, B: DrawingBackend + 'a, Y>(
    axes: &mut ChartContext<'a, B, Cartesian2d<RangedCoordf64, Y>>,
    scale: Scale,
    x: &[f64],
    series: &[(String, Vec<f64>)],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
    Y: Ranged<ValueType = f64>,
{
    for (i, (_, y)) in series.iter().enumerate() {
        let style = colours::series(i).stroke_width(scale.stroke(18));
        let points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
        for stretch in points.split(|point| !point.1.is_finite()) {
            if let [only] = stretch {
                axes.draw_series([Circle::new(*only, scale.px(2), style.filled())])?;
            } else if !stretch.is_empty() {
                axes.draw_series(LineSeries::new(stretch.iter().copied(), style))?;
            }
        }
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
    let area = &words::names(&of_classes(classes), area, scale)?;
    let mut axes = plain(chart, area, scale, range(x), range(y))?;
    classed_points(&mut axes, scale, points, classes)
}

/// The classes, in order.
fn names_of(classes: &[f64]) -> Vec<f64> {
    let mut names: Vec<f64> = classes.to_vec();
    names.sort_by(f64::total_cmp);
    names.dedup();
    names
}

/// What their colours mean.
pub(super) fn of_classes(classes: &[f64]) -> Vec<Entry> {
    let entry =
        |(i, name): (usize, &f64)| Entry { mark: Mark::Dot, colour: colours::series(i), name: number(*name) };
    names_of(classes).iter().enumerate().map(entry).collect()
}

/// Points in the colours of their classes, on axes that are there.
pub(super) fn classed_points<'a, B: DrawingBackend + 'a>(
    axes: &mut axes::Plain<'a, B>,
    scale: Scale,
    points: &[(f64, f64)],
    classes: &[f64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let names = names_of(classes);
    let class = |i: usize| classes.get(i).and_then(|class| names.iter().position(|name| name == class));
    let (radius, edge) = (scale.px(4), colours::PAPER.stroke_width(scale.stroke(8)));
    for (i, &point) in points.iter().enumerate() {
        let colour = colours::series(class(i).unwrap_or(0));
        axes.draw_series([Circle::new(point, radius, colour.filled())])?;
        axes.draw_series([Circle::new(point, radius, edge)])?;
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
    let up = counts_up_to(highest);
    let mut axes = frame(chart, area, scale, 0).build_cartesian_2d(start..end, up)?;
    styled_mesh(chart, area, &mut axes, scale)
        .x_label_formatter(&|x| number_of(*x, end - start))
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    let (colour, gap) = (colours::series(0), width / 20.0);
    axes.draw_series(counts.iter().enumerate().map(|(i, &count)| {
        let left = start + width * i as f64;
        Rectangle::new([(left + gap, 0.0), (left + width - gap, count as f64)], colour.filled())
    }))?;
    Ok(())
}

/// An axis of counts, which have no halves.
fn counts_up_to(highest: f64) -> At {
    let numbers = whole(highest as usize + 1, 8).map(|count| count as f64).collect();
    At::new(0.0..1.06 * highest, numbers)
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
    // Few bars stand apart, and are not as wide as the page.
    let half = 0.38 * (bars.len() as f64 / 6.0).min(1.0);
    let ends = -0.5..bars.len() as f64 - 0.5;
    let mut axes = frame(chart, area, scale, 0)
        .x_label_area_size(scale.px(room + x_label))
        .build_cartesian_2d(ends, counts_up_to(highest))?;
    styled_mesh(chart, area, &mut axes, scale)
        .disable_x_mesh()
        .x_labels(0)
        .y_label_formatter(&|y| number(*y))
        .draw()?;
    let colour = colours::series(0);
    axes.draw_series(bars.iter().enumerate().map(|(i, bar)| {
        let middle = i as f64;
        Rectangle::new([(middle - half, 0.0), (middle + half, bar.1)], colour.filled())
    }))?;
    let size = if bars.len() > 40 { 9 } else { 13 };
    // The axes count from the corner of the picture, the area from its own.
    let (left, top) = area.get_base_pixel();
    for (i, (name, _)) in bars.iter().enumerate() {
        let (x, y) = axes.backend_coord(&(i as f64, 0.0));
        let style = scale.font(size);
        let style = if is_upright {
            style.transform(FontTransform::Rotate90).pos(Pos::new(HPos::Left, VPos::Center))
        } else {
            style.pos(Pos::new(HPos::Center, VPos::Top))
        };
        area.draw(&Text::new(name.clone(), (x - left, y - top + scale.px(6)), style))?;
    }
    Ok(())
}
