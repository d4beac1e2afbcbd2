//! Host IR to machine code.
