//! A value that machine code holds by a pointer, with what it needs to reach the elements of a tensor by itself.
//!
//! The fields before the value are read at fixed offsets. They hold as long as the slot has the same address in the code: who
//! changes a tensor hands on another word (see `codegen/elements.rs`).

use std::borrow::Cow;
use std::sync::atomic::{AtomicU8, Ordering};

use ndarray::{ArcArray, IxDyn};
use qml_ir::host::Type;
use qml_prelude::value::{Array, Element};
use qml_prelude::{Tensor, Value, with_array};
use qml_source::bug;
use smallvec::SmallVec;

/// Tensors of more axes are left to the runtime.
pub(crate) const MOST_AXES: usize = 3;

const BOOL: u32 = 1;
const INT: u32 = 2;
const FLOAT: u32 = 3;

/// A value in its box.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Slot {
    /// The element whose indices are all zero.
    pub data: *const u8,
    /// What the elements are, and how many axes there are, as [`kind`] tells; 0 for what has no elements to reach.
    pub kind: u32,
    /// 1 if nobody else holds the elements; 0 if that isn't known.
    pub is_unshared: AtomicU8,
    /// Whether the elements were asked for by [`Slot::of_floats`]: then their memory holds nothing else.
    is_whole: bool,
    /// Of each axis.
    pub axes: [Axis; MOST_AXES],
    /// The value itself.
    pub value: Value,
}

// SAFETY: the elements that are pointed to are those of the value, which may be sent.
unsafe impl Send for Slot {}

/// An axis of a tensor.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Axis {
    /// How many elements it has; less than none if there is no such axis.
    pub len: isize,
    /// Bytes from one to the next.
    pub stride: isize,
}

impl Axis {
    const NONE: Self = Self { len: -1, stride: 0 };
}

/// The kind of tensors of so many axes of these elements; none if machine code doesn't reach into them.
pub(crate) fn kind(element: &Type, rank: usize) -> Option<u32> {
    let code = match element {
        Type::Bool => BOOL,
        Type::Int => INT,
        Type::Float => FLOAT,
        _ => return None,
    };
    (1..=MOST_AXES).contains(&rank).then(|| 4 * code + rank as u32)
}

impl Slot {
    /// A value in a slot of its own.
    pub fn boxed(value: Value) -> Box<Self> {
        let (data, is_unshared) = (std::ptr::null(), AtomicU8::new(0));
        // Written where it stays: a slot is large, and most operations make one.
        let room = Box::new_uninit();
        let axes = [Axis::NONE; MOST_AXES];
        let mut slot = Box::write(room, Self { data, kind: 0, is_unshared, is_whole: false, axes, value });
        slot.look();
        slot
    }

    /// A tensor of floats, whose elements are in order.
    pub fn of_floats(lens: &[usize], elements: Vec<f64>) -> Box<Self> {
        let array = ArcArray::from_shape_vec(IxDyn(lens), elements)
            .unwrap_or_else(|error| bug!("elements of a tensor: {error}"));
        let mut slot = Self::boxed(Value::Tensor(<f64 as Element>::into_tensor(array)));
        slot.is_whole = true;
        slot
    }

    /// A copy, which shares the elements.
    pub fn share(&self) -> Self {
        let value = self.lend();
        Self { value, is_unshared: AtomicU8::new(0), ..*self }
    }

    /// A row of a matrix, if its elements lie side by side. It holds nothing: it tells where they are.
    pub fn row(&self, index: i64) -> Option<Self> {
        let [rows, elements, _] = self.axes;
        let index = isize::try_from(index).ok().filter(|index| (0..rows.len).contains(index))?;
        let data = self.data.wrapping_offset(index * rows.stride);
        (self.kind % 4 == 2 && elements.stride == self.element_bytes())
            .then(|| Self::seen(data, self.kind - 1, elements))
    }

    /// The part of a vector from one index to another, if its elements lie side by side; it holds nothing either.
    pub fn part(&self, low: i64, high: i64) -> Option<Self> {
        let [Axis { len, stride }, ..] = self.axes;
        let fits = self.kind % 4 == 1 && stride == self.element_bytes() && 0 <= low && low <= high;
        (fits && high <= len as i64).then(|| {
            let data = self.data.wrapping_offset(low as isize * stride);
            Self::seen(data, self.kind, Axis { len: (high - low) as isize, stride })
        })
    }

    /// A vector whose elements somebody else holds.
    fn seen(data: *const u8, kind: u32, axis: Axis) -> Self {
        let axes = [axis, Axis::NONE, Axis::NONE];
        Self { data, kind, is_unshared: AtomicU8::new(0), is_whole: false, axes, value: Value::Unit }
    }

    fn element_bytes(&self) -> isize {
        if self.kind / 4 == BOOL { 1 } else { 8 }
    }

    /// The bytes of a vector whose elements lie side by side.
    pub fn n_bytes(&self) -> usize {
        (self.axes[0].len * self.element_bytes()) as usize
    }

    /// Whether this is such a row or part.
    pub fn is_row(&self) -> bool {
        self.kind != 0 && matches!(self.value, Value::Unit)
    }

    /// The vector of a row.
    fn copied(&self) -> Value {
        fn elements<T: Element + Copy>(row: &Slot) -> Value {
            // SAFETY: so many elements lie there, which the matrix holds.
            let elements =
                unsafe { std::slice::from_raw_parts(row.data.cast::<T>(), row.axes[0].len as usize) };
            Value::vector(elements.to_vec())
        }
        match self.kind / 4 {
            BOOL => elements::<bool>(self),
            INT => elements::<i64>(self),
            _ => elements::<f64>(self),
        }
    }

    /// The value, for somebody who may keep its elements.
    pub fn lend(&self) -> Value {
        if self.is_row() {
            return self.copied();
        }
        self.shares();
        self.value.clone()
    }

    /// Tells that somebody else holds the elements too.
    pub fn shares(&self) {
        self.is_unshared.store(0, Ordering::Relaxed);
    }

    /// The elements of a tensor of floats, if they lie side by side in order.
    pub fn floats(&self) -> Option<&[f64]> {
        if self.kind / 4 != FLOAT {
            return None;
        }
        let rank = (self.kind % 4) as usize;
        let mut len = 1;
        for axis in self.axes[..rank].iter().rev() {
            if axis.len != 1 && axis.stride != len * size_of::<f64>() as isize {
                return None;
            }
            len *= axis.len;
        }
        // SAFETY: so many floats lie there, which the array holds.
        Some(unsafe { std::slice::from_raw_parts(self.data.cast(), len as usize) })
    }

    /// The elements of a tensor of floats in order, copied where they don't lie so.
    pub fn ordered_floats(&self) -> Option<Cow<'_, [f64]>> {
        if let Some(floats) = self.floats() {
            return Some(Cow::Borrowed(floats));
        }
        let Value::Tensor(Tensor::Float(array)) = &self.value else { return None };
        let first = array.as_ptr();
        let rank = (self.kind % 4) as usize;
        let one = Axis { len: 1, stride: 0 };
        let [i, j, k] = match self.axes[..rank] {
            [k] => [one, one, k],
            [j, k] => [one, j, k],
            [i, j, k] => [i, j, k],
            _ => return None,
        };
        let mut elements = Vec::with_capacity((i.len * j.len * k.len) as usize);
        for (i, j) in (0..i.len).flat_map(|a| (0..j.len).map(move |b| (a * i.stride, b * j.stride))) {
            // SAFETY: indices in range, so the element is one of the array.
            let element = |k| unsafe { *first.byte_offset(i + j + k) };
            elements.extend((0..k.len).map(|c| element(c * k.stride)));
        }
        Some(Cow::Owned(elements))
    }

    /// The lengths of the axes of a tensor whose elements can be reached.
    pub fn lens(&self) -> SmallVec<[usize; MOST_AXES]> {
        self.axes[..(self.kind % 4) as usize].iter().map(|axis| axis.len as usize).collect()
    }

    /// Whether two tensors whose elements can be reached have the same shape.
    pub fn has_shape_of(&self, other: &Self) -> bool {
        self.kind == other.kind && self.axes.iter().zip(&other.axes).all(|(a, b)| a.len == b.len)
    }

    /// Whether nobody else holds the elements of a tensor of floats.
    pub fn has_elements_alone(&self) -> bool {
        matches!(&self.value, Value::Tensor(Tensor::Float(array)) if array.is_unique())
    }

    /// Whether nobody else holds these floats, there are no more than so many, and nothing lies beside them in their memory.
    pub fn is_whole_and_alone(&self, most: usize) -> bool {
        self.is_whole && self.has_elements_alone() && self.floats().is_some_and(|floats| floats.len() <= most)
    }

    /// The elements of a tensor that [holds them alone](Self::is_whole_and_alone).
    pub fn own_floats(&mut self) -> &mut [f64] {
        let len = self.lens().iter().product();
        debug_assert!(self.is_whole_and_alone(len), "elements that others may hold");
        // SAFETY: so many floats lie there, which nobody else holds.
        unsafe { std::slice::from_raw_parts_mut(self.data.cast_mut().cast(), len) }
    }

    /// Whether a tensor whose elements can be reached has these lengths.
    pub fn has_lens(&self, lens: &[usize]) -> bool {
        (self.kind % 4) as usize == lens.len()
            && self.axes.iter().zip(lens).all(|(axis, &len)| axis.len as usize == len)
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
        self.is_unshared = AtomicU8::new(1);
    }

    /// Finds the elements.
    fn look(&mut self) {
        let axes = &mut self.axes;
        (self.data, self.kind) = match &self.value {
            Value::Tensor(Tensor::Bool(array)) => found(array, &Type::Bool, axes),
            Value::Tensor(Tensor::Int(array)) => found(array, &Type::Int, axes),
            Value::Tensor(Tensor::Float(array)) => found(array, &Type::Float, axes),
            Value::Tensor(tensor) => with_array!(tensor, array => found(array, &Type::Unit, axes)),
            _ => (std::ptr::null(), 0),
        };
    }
}

fn found<T: Element>(array: &Array<T>, element: &Type, axes: &mut [Axis; MOST_AXES]) -> (*const u8, u32) {
    for (axis, (&len, &stride)) in axes.iter_mut().zip(array.shape().iter().zip(array.strides())) {
        *axis = Axis { len: len as isize, stride: stride * size_of::<T>() as isize };
    }
    match kind(element, array.ndim()) {
        Some(kind) => (array.as_ptr().cast(), kind),
        None => (std::ptr::null(), 0),
    }
}
