//! The one integration test binary: the tool as a user sees it.

#![allow(clippy::unwrap_used)] // The helpers of tests are tests as well.

// `suite` would be part of each test's name, and with it `ui`, which then names all of them: `cargo test --test suite -- ui`.
use tests as suite;

#[path = "suite"]
mod tests {
    //! One file a subject; [`tool`], [`messages`] and [`numeric`] are what they share.
    mod batches;
    mod book;
    mod cli;
    mod codes;
    mod compiled;
    mod doc;
    mod docs;
    mod editors;
    mod examples;
    mod fmt;
    mod functions;
    mod gradients;
    mod leaks;
    mod light_cone;
    mod loops;
    mod messages;
    mod mutations;
    mod numeric;
    mod outcomes;
    mod pages;
    mod results;
    mod robustness;
    mod tool;
    mod training;
    mod ui;
}
