//! Pages of two megabytes, for large states alone.
//!
//! Going through a large state takes fewer look-ups of addresses on huge pages. But the system has to clear each of them, or
//! even to move what lies in its way: a short program that gets them for its small tables waits for 1 to 40 ms. So a process
//! starts without, and has them from the first circuit on that needs them.

use std::sync::Once;

/// Qubits of the least state that needs them.
const N_QUBITS: usize = 16;

/// A process begins: no huge pages yet. Where the system has none of them, nothing happens.
pub fn refuse_huge_pages() {
    set(true);
}

/// The amplitudes of so many qubits will be computed.
pub(crate) fn allow_huge_pages_for(n_qubits: usize) {
    static ALLOWED: Once = Once::new();
    if n_qubits >= N_QUBITS {
        ALLOWED.call_once(|| set(false));
    }
}

#[cfg(target_os = "linux")]
fn set(is_refused: bool) {
    // Where it fails everything is the same, but slower.
    _ = rustix::thread::disable_transparent_huge_pages(is_refused);
}

#[cfg(not(target_os = "linux"))]
fn set(_is_refused: bool) {}
