//! The two intermediate representations: circuits, and the host program that runs them.
//!
//! [`host`] functions are what `fn`s, gates and kernels are lowered to; [`specialise`] evaluates a kernel for known sizes
//! and integers to a [`circuit`]; [`differentiate`] turns host functions into ones that give gradients too;
//! [`batch_calls`] gathers the calls of kernels that a loop makes; [`evaluate`]
//! runs host functions slowly, as the oracle for the JIT; [`survey`] tells what a program will ask of a device. The crate must never learn where text comes from, nor how
//! circuits are run.

mod batch;
pub mod canonical;
pub mod circuit;
mod differentiate;
pub mod euler;
pub mod evaluate;
pub mod host;
mod inline;
pub mod pair_block;
pub mod specialise;
pub mod survey;
pub mod weyl;

pub use batch::batch_calls;
pub use differentiate::differentiate;
pub use inline::with_small_calls_inside;
