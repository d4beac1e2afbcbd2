//! Parts of tensors from one index to another on their first axis. Each tells nothing where a bound is wrong, or where elements
//! don't lie side by side; then the row of the built-in functions is asked.

use ndarray::{Axis, Slice};
use qml_prelude::{Value, with_array};

use crate::slot::Slot;

/// Tells at `place` where a part of a vector is; null if there is none.
pub(super) unsafe extern "C" fn view_part(vector: &Slot, low: i64, high: i64, place: *mut Slot) -> *mut Slot {
    let Some(part) = vector.part(low, high) else { return std::ptr::null_mut() };
    // SAFETY: the code passes room for a slot. A part holds nothing that would have to be given up.
    unsafe { place.write(part) };
    place
}

/// A part of a tensor, which shares its elements.
pub(super) extern "C" fn part(tensor: &Slot, low: i64, high: i64) -> *mut Slot {
    let Value::Tensor(whole) = &tensor.value else { return std::ptr::null_mut() };
    if low < 0 || low > high || high as usize > whole.len() {
        return std::ptr::null_mut();
    }
    let bounds = Slice::from(low as usize..high as usize);
    let part = with_array!(whole, array => {
        let mut part = array.clone();
        part.slice_axis_inplace(Axis(0), bounds);
        Value::from_array(part)
    });
    tensor.shares();
    Box::into_raw(Slot::boxed(part))
}

/// Copies a vector to a part of one whose elements nobody else holds; whether it fits.
pub(super) extern "C" fn set_part(vector: &Slot, low: i64, high: i64, new: &Slot) -> i8 {
    let Some(part) = vector.part(low, high).filter(|part| part.has_shape_of(new)) else { return 0 };
    let Some(new) = new.part(0, high - low) else { return 0 };
    // SAFETY: both have so many bytes; those of the vector are its own, so the others lie elsewhere.
    unsafe { copy(new.data, part.data.cast_mut(), part.n_bytes()) };
    1
}

/// Bytes that are copied together.
const GROUP: usize = 64;

/// Copies bytes in groups: glibc's `memmove` takes thirty times as long on some processors where the places differ by a few
/// bytes modulo 4096, which is so when `u[1..n - 1]` is replaced by a vector that was just allocated.
unsafe fn copy(from: *const u8, to: *mut u8, n_bytes: usize) {
    let n_whole = n_bytes / GROUP * GROUP;
    // SAFETY: the caller has so many bytes at both places.
    unsafe {
        for i in (0..n_whole).step_by(GROUP) {
            to.add(i).cast::<[u64; 8]>().write_unaligned(from.add(i).cast::<[u64; 8]>().read_unaligned());
        }
        std::ptr::copy_nonoverlapping(from.add(n_whole), to.add(n_whole), n_bytes - n_whole);
    }
}
