//! Copies of operations, as gathered calls need them.

pub(super) use crate::host::copy::{Names, used};
