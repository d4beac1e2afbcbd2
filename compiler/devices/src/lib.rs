//! The device model and the catalogue: what a quantum computer offers, as data.
//!
//! A [`Device`] comes from the catalogue (files in `catalogue/`, embedded), from a file of the user, or from a shape
//! such as `grid:4x5`; [`find`] takes any of the three. The crate must never learn what a circuit is.

mod catalogue;
mod coupling;
mod device;
mod file;
mod find;
mod json;
mod native;
mod nearest;
mod reader;
mod shape;
mod summary;
mod write;

pub use catalogue::catalogue;
pub use coupling::{Coupling, EdgeFacts};
pub use device::{Averages, Calibration, Device, Features, GateFacts, Limits, Price, QubitFacts};
pub use file::parse;
pub use find::find;
pub use native::{Angles, NativeBasis, NativeGate, OneQubitBasis, Parameter, TwoQubitBasis};
pub use summary::{Summary, list, table};
pub use write::device_file;
