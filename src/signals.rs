//! Signals: Ctrl-C and SIGTERM stop a program so that it can go on later, SIGUSR1 asks for a checkpoint. Before it runs there is
//! nothing to keep: then they end the process at once, and SIGUSR1 waits for the first checkpoint.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Once};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// What signals set.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    /// The program is to stop.
    pub stop: Arc<AtomicBool>,
    /// The signal that says so; 0 before.
    pub number: Arc<AtomicUsize>,
    /// A checkpoint is asked for.
    pub save: Arc<AtomicBool>,
    /// No program runs yet.
    is_early: Arc<AtomicBool>,
}

static SIGNALS: LazyLock<Signals> = LazyLock::new(Signals::default);

/// Begins to listen, before a program is compiled.
pub(crate) fn listen_early() {
    SIGNALS.is_early.store(true, Ordering::Relaxed);
    register();
}

/// A program runs from here on: a first Ctrl-C or SIGTERM asks it to stop, a second one ends the process at once.
pub(crate) fn listen() -> &'static Signals {
    register();
    SIGNALS.is_early.store(false, Ordering::Relaxed);
    &SIGNALS
}

/// Sets what signals do, once.
fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for signal in [SIGINT, SIGTERM] {
            // Without a handler a signal ends the process, which is right too. The order is that of the actions.
            for at_once in [&SIGNALS.is_early, &SIGNALS.stop] {
                _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(at_once));
            }
            _ = flag::register_usize(signal, Arc::clone(&SIGNALS.number), signal as usize);
            _ = flag::register(signal, Arc::clone(&SIGNALS.stop));
        }
        #[cfg(unix)]
        {
            _ = flag::register(signal_hook::consts::SIGUSR1, Arc::clone(&SIGNALS.save));
        }
    });
}

/// The exit status of a process that a signal has stopped.
pub(crate) fn status() -> Option<u8> {
    let number = SIGNALS.number.load(Ordering::Relaxed);
    (number > 0).then_some(128 + number as u8)
}
