//! The words above a chart: its title, and what its lines and colours mean. They stand above it, never on it, and what has no
//! room goes on in another line.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{Area, Fault, Scale, colours};

/// A title has no more lines than this, and the names of a chart.
const MOST_LINES: usize = 3;

/// A name, with what stands before it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub mark: Mark,
    pub colour: RGBColor,
    pub name: String,
}

/// What stands before a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Line,
    Dot,
}

/// The title in as many lines as it needs; gives what is left of the area.
pub(super) fn title<'a, B: DrawingBackend>(
    text: &str,
    area: &Area<'a, B>,
    scale: Scale,
) -> Result<Area<'a, B>, Fault>
where
    B::ErrorType: 'static,
{
    let style = scale.font(18);
    let width = area.dim_in_pixel().0.saturating_sub(2 * scale.px(14) as u32);
    let mut area = area.clone();
    if text.trim().is_empty() {
        return Ok(area);
    }
    area = area.margin(scale.px(6), 0, 0, 0);
    for line in lines(text, width, MOST_LINES, |line| width_of(line, &area, &style)) {
        area = area.titled(&line, style.clone())?;
    }
    Ok(area)
}

fn width_of<B: DrawingBackend>(text: &str, area: &Area<'_, B>, style: &TextStyle<'_>) -> u32 {
    // A backend that can't tell draws nothing either.
    area.estimate_text_size(text, style).map_or(0, |size| size.0)
}

/// The text in lines of at most this width, broken at spaces; what has no room in the last of them is cut off.
pub(super) fn lines(text: &str, width: u32, most: usize, width_of: impl Fn(&str) -> u32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer {
            Some(longer) if lines.len() == most || width_of(&longer) <= width => {
                lines.pop();
                lines.push(longer);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| cut(line, width, &width_of)).collect()
}

/// The text, or as much of it as there is room for, with an ellipsis.
pub(super) fn cut(text: &str, width: u32, width_of: impl Fn(&str) -> u32) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let shorter = |n: usize| text.chars().take(n).collect::<String>().trim_end().to_owned() + "…";
    let n = text.chars().count();
    (0..n).rev().map(shorter).find(|text| width_of(text) <= width).unwrap_or_default()
}

/// The label of an axis, which has this much room.
pub(super) fn label<B: DrawingBackend>(text: &str, area: &Area<'_, B>, scale: Scale, room: u32) -> String {
    let style = scale.font(14);
    cut(text, room, |text| width_of(text, area, &style))
}

/// Names in rows; gives what is left of the area.
pub(super) fn names<'a, B: DrawingBackend>(
    entries: &[Entry],
    area: &Area<'a, B>,
    scale: Scale,
) -> Result<Area<'a, B>, Fault>
where
    B::ErrorType: 'static,
{
    if entries.is_empty() {
        return Ok(area.clone());
    }
    let style = scale.font(13).pos(Pos::new(HPos::Left, VPos::Center));
    let (left, right) = (scale.px(62), area.dim_in_pixel().0 as i32 - scale.px(24));
    let (mark, gap, row) = (scale.px(24), scale.px(18), scale.px(20));
    let (mut x, mut y) = (left, scale.px(18));
    for (i, entry) in entries.iter().enumerate() {
        let room = (right - left - mark).max(0) as u32;
        let name = cut(&entry.name, room, |text| width_of(text, area, &style));
        let width = mark + width_of(&name, area, &style) as i32;
        if x > left && x + width > right {
            (x, y) = (left, y + row);
        }
        if y > scale.px(18) + row * (MOST_LINES as i32 - 1) {
            let rest = format!("and {} more", entries.len() - i);
            area.draw(&Text::new(rest, (left, y), style.clone()))?;
            break;
        }
        draw_mark(entry, area, scale, (x, y))?;
        area.draw(&Text::new(name, (x + mark, y), style.clone()))?;
        x += width + gap;
    }
    Ok(area.margin(y + scale.px(4), 0, 0, 0))
}

fn draw_mark<B: DrawingBackend>(
    entry: &Entry,
    area: &Area<'_, B>,
    scale: Scale,
    (x, y): (i32, i32),
) -> Result<(), Fault>
where
    B::ErrorType: 'static,
{
    match entry.mark {
        Mark::Line => {
            let style = entry.colour.stroke_width(scale.stroke(18));
            area.draw(&PathElement::new([(x, y), (x + scale.px(18), y)], style))?;
        }
        Mark::Dot => area.draw(&Circle::new((x + scale.px(10), y), scale.px(4), entry.colour.filled()))?,
    }
    Ok(())
}

/// The entries of lines that have names.
pub(super) fn of_lines(series: &[(String, Vec<f64>)]) -> Vec<Entry> {
    let entry = |(i, (name, _)): (usize, &(String, Vec<f64>))| Entry {
        mark: Mark::Line,
        colour: colours::series(i),
        name: name.clone(),
    };
    series.iter().enumerate().filter(|(_, (name, _))| !name.is_empty()).map(entry).collect()
}
