//! Exact and sampled simulation of circuits.
