//! Operations on tensors of floats that machine code asks for by themselves, without a site or a status: each tells whether it
//! fits, and gives what the row of the built-in functions gives. Their arguments are only looked at.

use ndarray::ArrayView1;
use qml_ir::host::Type;

use crate::context::Context;
use crate::products;
use crate::slot::Slot;

/// Elements of a matrix that is multiplied here: some ten milliseconds. The row of larger ones looks whether it shall stop.
const MOST_ELEMENTS: usize = 1 << 24;

/// Such an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Direct {
    /// The product of two vectors.
    Dot,
    /// The products of the rows of a matrix with a vector.
    RowsTimes,
    /// The sum of all elements.
    Sum,
}

impl Direct {
    /// That of a row with arguments of these types.
    pub fn of(row: &str, args: &[&Type]) -> Option<Self> {
        let rank = |ty: &Type| match ty {
            Type::Tensor(element, rank) if **element == Type::Float => Some(*rank),
            _ => None,
        };
        match (row, args) {
            ("op.matmul" | "dot", [a, b]) => match (rank(a)?, rank(b)?) {
                (1, 1) => Some(Self::Dot),
                (2, 1) => Some(Self::RowsTimes),
                _ => None,
            },
            ("sum", [a] | [a, Type::Unit]) => rank(a).map(|_| Self::Sum),
            _ => None,
        }
    }
}

/// The product of two vectors, to `product`; whether they fit.
pub(super) extern "C" fn dot(a: &Slot, b: &Slot, product: &mut f64) -> i8 {
    let (Some(x), Some(y)) = (a.floats(), b.floats()) else { return 0 };
    if x.len() == y.len() {
        *product = products::dot(x, y);
    }
    i8::from(x.len() == y.len())
}

/// The products of rows with a vector; null where they don't fit.
pub(super) extern "C" fn rows_times(context: &mut Context<'_>, matrix: &Slot, vector: &Slot) -> *mut Slot {
    let (Some(rows), Some(x)) = (matrix.floats(), vector.floats()) else { return std::ptr::null_mut() };
    let [m, n] = matrix.lens()[..] else { return std::ptr::null_mut() };
    if n != x.len() || rows.len() > MOST_ELEMENTS {
        return std::ptr::null_mut();
    }
    let mut slot = context.spare.take(&[m]).unwrap_or_else(|| Slot::of_floats(&[m], vec![0.0; m]));
    products::rows_times(rows, x, slot.own_floats());
    Box::into_raw(slot)
}

/// The sum of all elements, to `total`; whether they can be reached.
pub(super) extern "C" fn sum(a: &Slot, total: &mut f64) -> i8 {
    let Some(floats) = a.floats() else { return 0 };
    *total = ArrayView1::from(floats).sum();
    1
}
