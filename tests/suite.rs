//! The one integration test binary: the tool as a user sees it.

mod suite {
    //! One file a subject; [`tool`] and [`messages`] are what they share.
    mod cli;
    mod docs;
    mod editors;
    mod examples;
    mod messages;
    mod pages;
    mod robustness;
    mod tool;
    mod ui;
}
