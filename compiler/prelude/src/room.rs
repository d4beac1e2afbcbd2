//! Whether there is room for a tensor: what doesn't fit in memory is refused before it is tried.
//!
//! How much there is belongs to the machine, not to a program, so it is asked of one function for the whole process, which
//! the engine names; a compiler on its own takes a fixed amount.

use std::sync::OnceLock;

use qml_source::{Code, Diagnostic};

use crate::Fault;

/// What is smaller than this many bytes is not asked about.
const SMALL: u128 = 1 << 24;

/// Bytes that a tensor may take where nobody tells how many there are: in a compiler on its own.
const WHILE_COMPILING: u64 = 1 << 32;

static AVAILABLE: OnceLock<fn() -> u64> = OnceLock::new();

/// Sets what tells the bytes that can be allocated now; the first one stays.
pub fn ask(available: fn() -> u64) {
    AVAILABLE.get_or_init(|| available);
}

/// Whether there is memory for a tensor of this shape with elements of so many bytes each.
///
/// # Errors
/// Q0663 if there isn't.
pub fn check_room(shape: &[usize], element_bytes: usize) -> Result<(), Fault> {
    if shape.contains(&0) {
        return Ok(());
    }
    let bytes = shape.iter().try_fold(element_bytes as u128, |bytes, &n| bytes.checked_mul(n as u128));
    let Some(lack) = lack(bytes.unwrap_or(u128::MAX)) else { return Ok(()) };
    let message = format!("a tensor of shape {shape:?} takes {lack}");
    Err(Box::new(Diagnostic::error(Code::Q0663, message)))
}

/// Whether there is memory for a list that grows to so many items of so many bytes each.
///
/// # Errors
/// Q0663 if there isn't.
pub fn check_list(n_items: usize, item_bytes: usize) -> Result<(), Fault> {
    let Some(lack) = lack(n_items as u128 * item_bytes as u128) else { return Ok(()) };
    let message = format!("a list of {n_items} items takes {lack}");
    Err(Box::new(Diagnostic::error(Code::Q0663, message)))
}

/// Whether there is memory for so many values, of so many bytes each, that the way back through a loop will need.
///
/// # Errors
/// Q0663 if there isn't.
pub fn check_tape(n_values: usize, value_bytes: usize) -> Result<(), Fault> {
    let Some(lack) = lack(n_values as u128 * value_bytes as u128) else { return Ok(()) };
    let message = format!("for a gradient {n_values} values of a loop are kept, which takes {lack}");
    Err(Box::new(Diagnostic::error(Code::Q0663, message).help(
        "a loop that the gradient goes through keeps some values of each round: let it do fewer rounds, or \
         compute without them what it converges to",
    )))
}

/// Makes room for another item of a list, if it has none.
///
/// # Errors
/// As [`check_list`].
pub fn grow<T>(items: &mut Vec<T>) -> Result<(), Fault> {
    if items.len() == items.capacity() {
        let more = items.len().max(8);
        check_list(items.len() + more, size_of::<T>())?;
        items.reserve(more);
    }
    Ok(())
}

/// What there is too little of: `2.4 GiB of memory, 1 GiB are available`. Nothing if there is enough.
fn lack(bytes: u128) -> Option<String> {
    if bytes < SMALL {
        return None;
    }
    let available = AVAILABLE.get().map_or(WHILE_COMPILING, |available| available()).into();
    let told = || format!("{} of memory, {} are available", format_bytes(bytes), format_bytes(available));
    (bytes > available).then(told)
}

/// An amount of memory in binary units: `512 bytes`, `2.4 GiB`.
pub fn format_bytes(bytes: u128) -> String {
    const UNITS: [&str; 8] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let Some(unit) = UNITS.get(bytes.ilog2() as usize / 10 - 1) else {
        return "more than 1024 YiB".to_owned();
    };
    let exponent = bytes.ilog2() / 10 * 10;
    let tenths = (bytes as f64 / 2f64.powi(exponent as i32) * 10.0).round();
    format!("{} {unit}", tenths / 10.0)
}

#[cfg(test)]
mod tests {
    use super::{check_room, format_bytes};

    #[test]
    fn sizes_have_units() {
        let shown = [0, 1023, 1024, 2_600_000_000, 1 << 54, 16 << 45, u128::MAX].map(format_bytes);
        let expected =
            ["0 bytes", "1023 bytes", "1 KiB", "2.4 GiB", "16 PiB", "512 TiB", "more than 1024 YiB"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for shape in [&[1 << 40][..], &[usize::MAX, usize::MAX], &[1 << 20, 1 << 20], &[usize::MAX; 9]] {
            let fault = check_room(shape, 8).unwrap_err();
            assert!(fault.message.contains("are available"), "{}", fault.message);
        }
        for shape in [&[][..], &[0, usize::MAX, usize::MAX], &[1 << 10, 1 << 10], &[1 << 22]] {
            check_room(shape, 8).unwrap();
        }
    }
}
