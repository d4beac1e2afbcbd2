//! The colours of charts.
//!
//! Classes and lines have those of Okabe and Ito, which people with any kind of colour vision tell apart; matrices have
//! those of viridis, which rise evenly in lightness.

use plotters::style::RGBColor;

/// Words and axes.
pub(super) const INK: RGBColor = RGBColor(31, 41, 51);
/// Lines behind the data.
pub(super) const GRID: RGBColor = RGBColor(226, 230, 236);
/// The page.
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);

/// Colours of lines and classes, again from the first behind the last.
const SERIES: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(110, 110, 110),
];

/// The colour of a line or class.
pub(super) fn series(i: usize) -> RGBColor {
    SERIES[i % SERIES.len()]
}

/// Nine points of viridis, evenly spaced.
const VIRIDIS: [(u8, u8, u8); 9] = [
    (68, 1, 84),
    (71, 44, 122),
    (59, 81, 139),
    (44, 113, 142),
    (33, 144, 141),
    (39, 173, 129),
    (92, 200, 99),
    (170, 220, 50),
    (253, 231, 37),
];

/// The colour of a share from 0 to 1.
pub(super) fn shade(share: f64) -> RGBColor {
    let place = share.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f64;
    let below = (place.floor() as usize).min(VIRIDIS.len() - 2);
    mix(VIRIDIS[below], VIRIDIS[below + 1], place - below as f64)
}

/// `a`, with this share of `b` in it.
fn mix(a: (u8, u8, u8), b: (u8, u8, u8), share: f64) -> RGBColor {
    let part = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    RGBColor(part(a.0, b.0), part(a.1, b.1), part(a.2, b.2))
}

/// A colour as light as paper with a little of it.
pub(super) fn tint(colour: RGBColor) -> RGBColor {
    mix((255, 255, 255), (colour.0, colour.1, colour.2), 0.22)
}
