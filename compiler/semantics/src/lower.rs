//! The typed program to host IR.
