//! A matrix in colours, with a scale beside it.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use qml_prelude::chart::Chart;

use super::axes::{At, frame, styled_mesh};
use super::ticks::{number_of, whole};
use super::{Area, Fault, Scale, colours};

/// The matrix, its first row at the top as it is printed.
pub(super) fn draw<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    n_columns: usize,
    values: &[f64],
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    let n_rows = values.len() / n_columns;
    let lo = values.iter().copied().fold(f64::INFINITY, f64::min);
    let hi = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let share = |value: f64| if hi > lo { (value - lo) / (hi - lo) } else { 0.5 };
    let (width, _) = area.dim_in_pixel();
    let (matrix, bar) = area.split_horizontally(width as i32 - scale.px(90));

    // A number stands at the middle of its row or column.
    let middles = |n: usize| whole(n, 12).map(|i| i as f64 + 0.5).collect::<Vec<_>>();
    let across = At::new(0.0..n_columns as f64, middles(n_columns));
    let down = At::new(n_rows as f64..0.0, middles(n_rows));
    let mut axes = frame(chart, &matrix, scale, 0).build_cartesian_2d(across, down)?;
    let place = |value: &f64| format!("{:.0}", value.floor());
    styled_mesh(chart, &matrix, &mut axes, scale)
        .disable_mesh()
        .x_label_formatter(&place)
        .y_label_formatter(&place)
        .draw()?;
    axes.draw_series(values.iter().enumerate().map(|(i, &value)| {
        let (row, column) = ((i / n_columns) as f64, (i % n_columns) as f64);
        Rectangle::new([(column, row), (column + 1.0, row + 1.0)], colours::shade(share(value)).filled())
    }))?;
    scale_bar(chart, &bar, scale, lo, hi)
}

/// What the colours mean.
fn scale_bar<B: DrawingBackend>(
    chart: &Chart,
    area: &Area<'_, B>,
    scale: Scale,
    lo: f64,
    hi: f64,
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    const STEPS: usize = 64;
    let (_, height) = area.dim_in_pixel();
    let top = scale.px(14);
    let bottom = height as i32 - scale.px(if chart.x_label.is_empty() { 40 } else { 54 });
    let (left, right) = (0, scale.px(14));
    let y = |step: usize| bottom + (top - bottom) * step as i32 / STEPS as i32;
    for step in 0..STEPS {
        let colour = colours::shade(step as f64 / (STEPS - 1) as f64);
        area.draw(&Rectangle::new([(left, y(step + 1)), (right, y(step))], colour.filled()))?;
    }
    for part in 0..=4 {
        let value = lo + (hi - lo) * (part as f64 / 4.0);
        // The middle of -0.9999 and 1.0 is nothing else to the eye.
        let value = if value.abs() < 1e-3 * (hi - lo) { 0.0 } else { value };
        let style = scale.font(12).pos(Pos::new(HPos::Left, VPos::Center));
        let at = (right + scale.px(6), y(STEPS * part / 4));
        area.draw(&Text::new(number_of(value, hi - lo), at, style))?;
    }
    Ok(())
}
