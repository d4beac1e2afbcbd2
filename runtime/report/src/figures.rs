//! Numbers as people read them.

/// A number with this many significant digits, without trailing zeros.
pub fn short(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(-4..=8).contains(&exponent) {
        return format!("{value:.0$e}", digits.saturating_sub(1)).replace('-', "−");
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

/// A count with thin spaces between groups of three digits, from five digits on.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time in a unit that suits it.
pub fn duration(seconds: f64) -> String {
    let seconds_whole = seconds.round() as u64;
    match seconds {
        s if s <= 0.0 => "0 s".to_owned(),
        s if s < 1e-3 => format!("{} µs", short(s * 1e6, 3)),
        s if s < 1.0 => format!("{} ms", short(s * 1e3, 3)),
        s if s < 100.0 => format!("{} s", short(s, 3)),
        s if s < 3600.0 => format!("{} min {:02} s", seconds_whole / 60, seconds_whole % 60),
        _ => format!("{} h {:02} min", seconds_whole / 3600, seconds_whole / 60 % 60),
    }
}
