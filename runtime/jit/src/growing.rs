//! Scalars that a comprehension gathers one after the other: kept unboxed, and put at the end by the code itself.

use qml_ir::host::Type;
use qml_prelude::{Fault, Tensor, Value, room};
use qml_source::bug;

use crate::runtime::written;

/// A list of scalars that grows. The fields before the items are read and written by the code.
#[repr(C)]
pub(crate) struct Growing {
    /// Where the first one is.
    pub data: *mut u8,
    /// How many there are.
    pub len: usize,
    /// For how many there is room.
    pub room: usize,
    items: Items,
}

enum Items {
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
}

macro_rules! with_items {
    ($items:expr, $vec:ident => $body:expr) => {
        match $items {
            Items::Bool($vec) => $body,
            Items::Int($vec) => $body,
            Items::Float($vec) => $body,
        }
    };
}

impl Growing {
    /// An empty list.
    pub fn new(element: &Type) -> Self {
        let items = match element {
            Type::Bool => Items::Bool(Vec::new()),
            Type::Int => Items::Int(Vec::new()),
            Type::Float => Items::Float(Vec::new()),
            other => bug!("a list of scalars of {other:?}"),
        };
        Self { data: std::ptr::null_mut(), len: 0, room: 0, items }
    }

    /// Makes room for more, at least for one.
    pub fn grow(&mut self) -> Result<(), Fault> {
        let len = self.len;
        with_items!(&mut self.items, items => {
            // SAFETY: the code has written so many items.
            unsafe { items.set_len(len) };
            room::grow(items)?;
            (self.data, self.room) = (items.as_mut_ptr().cast(), items.capacity());
        });
        Ok(())
    }

    /// The tensor of the items; without any it doesn't know what they would be.
    pub fn into_tensor(self) -> Value {
        let n = self.len as i64;
        Value::Tensor(match self.items {
            _ if n == 0 => Tensor::Float(written(Vec::new(), 0)),
            Items::Bool(items) => Tensor::Bool(written(items, n)),
            Items::Int(items) => Tensor::Int(written(items, n)),
            Items::Float(items) => Tensor::Float(written(items, n)),
        })
    }
}
