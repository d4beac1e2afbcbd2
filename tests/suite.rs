//! The one integration test binary: the tool as a user sees it.
