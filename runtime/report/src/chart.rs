//! Charts as SVG and PNG, drawn by plotters; the only font is embedded.
//!
//! Everything is drawn on a grid finer than a pixel of the page ([`Scale`]), because plotters counts in whole units.

mod axes;
mod boundary;
mod colours;
mod heatmap;
mod series;
mod ticks;
mod words;

use std::error::Error;
use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use qml_prelude::chart::{Chart, Content};

/// The size of a chart on a page, in pixels.
pub const SIZE: (u32, u32) = (720, 432);

/// A drawing area of any backend.
type Area<'a, B> = DrawingArea<B, Shift>;
/// Why a chart could not be drawn.
type Fault = Box<dyn Error>;

/// Units of the drawing in a pixel of the page.
#[derive(Clone, Copy, Debug)]
struct Scale(u32);

impl Scale {
    /// Units of this many pixels.
    fn px(self, pixels: u32) -> i32 {
        (pixels * self.0) as i32
    }

    /// A font of this height.
    fn font(self, pixels: u32) -> TextStyle<'static> {
        ("sans-serif", self.px(pixels)).into_font().color(&colours::INK)
    }

    /// A line of this thickness in tenths of a pixel.
    fn stroke(self, tenths: u32) -> u32 {
        (tenths * self.0 / 10).max(1)
    }
}

/// The chart as an SVG document of this size in pixels.
///
/// # Errors
/// What the plotting library says; only of sizes that leave no room.
pub fn svg(chart: &Chart, on_page: (u32, u32)) -> Result<String, String> {
    let scale = Scale(4);
    let size = (on_page.0 * scale.0, on_page.1 * scale.0);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(chart, &area, scale).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    // The units of the drawing are not those of the page.
    let head = format!("<svg width=\"{}\" height=\"{}\"", size.0, size.1);
    let shown = format!("<svg class=\"chart\" width=\"{}\" height=\"{}\"", on_page.0, on_page.1);
    // Areas side by side have no seam.
    let style = "<style>.chart rect, .chart polygon { shape-rendering: crispEdges; }</style>\n";
    Ok(text.replacen(&head, &shown, 1).replacen(">\n", &format!(">\n{style}"), 1))
}

/// The chart as a PNG file, two pixels for each of the page.
///
/// # Errors
/// What the plotting library says; only of sizes that leave no room.
pub fn png(chart: &Chart) -> Result<Vec<u8>, String> {
    let scale = Scale(2);
    let size = (SIZE.0 * scale.0, SIZE.1 * scale.0);
    let mut pixels = vec![255; (size.0 * size.1 * 3) as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        draw(chart, &area, scale).map_err(|error| error.to_string())?;
        area.present().map_err(|error| error.to_string())?;
    }
    encode(&pixels, size).map_err(|error| error.to_string())
}

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}

fn draw<B: DrawingBackend>(chart: &Chart, area: &Area<'_, B>, scale: Scale) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    static FONT: Once = Once::new();
    FONT.call_once(|| {
        // A font that is no font would be seen by every test of this module.
        _ = plotters::style::register_font(
            "sans-serif",
            FontStyle::Normal,
            epaint_default_fonts::UBUNTU_LIGHT,
        );
    });
    area.fill(&colours::PAPER)?;
    let area = &words::title(&chart.title, area, scale)?;
    match &chart.content {
        Content::Lines { x, series, log_y } => series::lines(chart, area, scale, x, series, *log_y),
        Content::Points { points, classes } => series::points(chart, area, scale, points, classes),
        Content::Heatmap { n_columns, values } => heatmap::draw(chart, area, scale, *n_columns, values),
        Content::Histogram { start, width, counts } => {
            series::histogram(chart, area, scale, (*start, *width), counts)
        }
        Content::Bars { bars } => series::bars(chart, area, scale, bars),
        Content::Boundary { x, y, scores, threshold, points, classes } => {
            let grid = boundary::Grid { x, y, scores, threshold: *threshold };
            boundary::draw(chart, area, scale, &grid, points, classes)
        }
    }
}

#[cfg(test)]
mod tests;
