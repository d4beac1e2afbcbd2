//! Sources in, diagnostics and typed program out.
