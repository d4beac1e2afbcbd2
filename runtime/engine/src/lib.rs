//! A run: machine code on one side, circuits on the other, and what is kept between them.
//!
//! [`Run`] calls a program's host functions, which [`machine_code`] has compiled. Where they run a kernel, [`session`] specialises and plans it
//! once per key ([`kernels`]) and evaluates it ([`results`]), exactly or with shots, with its derivative by the rule that
//! fits: [`gradients`], of amplitudes and overlaps [`states`], by the coefficients of observables [`coefficients`]. An
//! emulated device compiles circuits and adds noise on the way ([`emulator`]). What it costs is in its [`ledger`], and what is
//! kept of it in its folder ([`record`]). A run is a function of its program, its inputs and the seed: the clock is read in
//! `clock.rs` alone.
//!
//! The crate must never learn where programs come from.

mod batch;
mod charts;
mod clock;
mod coefficients;
mod concentration;
mod emulator;
mod gradients;
mod huge_pages;
mod kernels;
mod ledger;
mod record;
mod results;
mod run;
mod sampled;
mod session;
mod shift;
mod simulation;
mod states;
mod tangents;
mod way;

pub use emulator::{CompileFor, Emulated};
pub use huge_pages::refuse_huge_pages;
pub use kernels::Statistics;
pub use ledger::{Budget, Costs, Ledger};
pub use record::{CHECKPOINT_EVERY, GoingOn, Place, Reading, RecordOptions, manifest};
pub use run::{Options, Run, TestOutcome, machine_code};
pub use session::{Drawn, Output, Progress};
pub use simulation::{Method, Simulation};

pub use qml_jit::Compiled as MachineCode;
pub use qml_mps::Limits;
pub use qml_simulator::Precision;

#[cfg(test)]
mod tests;
