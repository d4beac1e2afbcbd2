//! The one integration test binary: the tool as a user sees it.

#![allow(clippy::unwrap_used)] // The helpers of tests are tests as well.

mod suite {
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
