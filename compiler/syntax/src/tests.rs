//! What holds for the crate as a whole.

mod pages;
mod robustness;
mod shapes;
mod spans;
