//! Runs of whole modules.
