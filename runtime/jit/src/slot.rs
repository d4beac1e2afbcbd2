//! A value that machine code holds by a pointer, with what it needs to reach the elements of a tensor by itself.
//!
//! The fields before the value are read at fixed offsets. They hold as long as the slot has the same address in the code: who
//! changes a tensor hands on another word (see `codegen/elements.rs`).

use qml_ir::host::Type;
use qml_prelude::value::{Array, Element};
use qml_prelude::{Tensor, Value};

/// Tensors of more axes are left to the runtime.
pub(crate) const MOST_AXES: usize = 3;

/// A value in its box.
#[repr(C)]
pub(crate) struct Slot {
    /// The element whose indices are all zero.
    pub data: *const u8,
    /// What the elements are, and how many axes there are, as [`kind`] tells; 0 for what has no elements to reach.
    pub kind: u32,
    /// 1 if nobody else holds the elements; 0 if that isn't known.
    pub is_unshared: u32,
    /// Of each axis.
    pub axes: [Axis; MOST_AXES],
    /// The value itself.
    pub value: Value,
}

/// An axis of a tensor.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(crate) struct Axis {
    /// How many elements it has.
    pub len: usize,
    /// Bytes from one to the next.
    pub stride: isize,
}

/// The kind of tensors of so many axes of these elements; none if machine code doesn't reach into them.
pub(crate) fn kind(element: &Type, rank: usize) -> Option<u32> {
    let code = match element {
        Type::Bool => 1,
        Type::Int => 2,
        Type::Float => 3,
        _ => return None,
    };
    (1..=MOST_AXES).contains(&rank).then(|| 4 * code + rank as u32)
}

impl Slot {
    /// A value in a slot.
    pub fn new(value: Value) -> Self {
        let nothing = [Axis::default(); MOST_AXES];
        let mut slot = Self { data: std::ptr::null(), kind: 0, is_unshared: 0, axes: nothing, value };
        slot.look();
        slot
    }

    /// A copy, which shares the elements.
    pub fn share(&mut self) -> Self {
        self.is_unshared = 0;
        Self { value: self.value.clone(), ..*self }
    }

    /// Makes the elements those of nobody else.
    pub fn unshare(&mut self) {
        match &mut self.value {
            Value::Tensor(Tensor::Bool(array)) => drop(array.view_mut()),
            Value::Tensor(Tensor::Int(array)) => drop(array.view_mut()),
            Value::Tensor(Tensor::Float(array)) => drop(array.view_mut()),
            _ => return,
        }
        self.look();
        self.is_unshared = 1;
    }

    /// Finds the elements.
    fn look(&mut self) {
        let axes = &mut self.axes;
        (self.data, self.kind) = match &self.value {
            Value::Tensor(Tensor::Bool(array)) => found(array, &Type::Bool, axes),
            Value::Tensor(Tensor::Int(array)) => found(array, &Type::Int, axes),
            Value::Tensor(Tensor::Float(array)) => found(array, &Type::Float, axes),
            _ => (std::ptr::null(), 0),
        };
    }
}

fn found<T: Element>(array: &Array<T>, element: &Type, axes: &mut [Axis; MOST_AXES]) -> (*const u8, u32) {
    let Some(kind) = kind(element, array.ndim()) else { return (std::ptr::null(), 0) };
    for (axis, (&len, &stride)) in axes.iter_mut().zip(array.shape().iter().zip(array.strides())) {
        *axis = Axis { len, stride: stride * size_of::<T>() as isize };
    }
    (array.as_ptr().cast(), kind)
}
