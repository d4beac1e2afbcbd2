//! Sums, differences and products of tensors of one shape, row by row: what most layers of a model do after their circuits.
//! Nothing broadcasts in a row here, so all of it is one loop over the elements.

use ndarray::{ArrayD, IxDyn};

use crate::{Tensor, Value};

/// Two tensors of floats, as their elements lie.
pub(super) struct Pair<'a> {
    operation: Operation,
    operands: [&'a [f64]; 2],
    is_row: [bool; 2],
    /// Of the result: the rows, then the axes of one.
    shape: Vec<usize>,
}

#[derive(Clone, Copy)]
enum Operation {
    Add,
    Sub,
    Mul,
}

impl<'a> Pair<'a> {
    /// The operation on so many rows, if it is one of two tensors of the same shape in each of them.
    pub(super) fn new(name: &str, args: &'a [Value], is_row: &[bool], n: usize) -> Option<Self> {
        let operation = match name {
            "op.add" => Operation::Add,
            "op.sub" => Operation::Sub,
            "op.mul" => Operation::Mul,
            _ => return None,
        };
        let [Value::Tensor(Tensor::Float(a)), Value::Tensor(Tensor::Float(b))] = args else { return None };
        let &[a_rows, b_rows] = is_row else { return None };
        let in_row = &a.shape()[usize::from(a_rows)..];
        if in_row != &b.shape()[usize::from(b_rows)..] {
            return None;
        }
        let shape = [&[n], in_row].concat();
        Some(Self { operation, operands: [a.as_slice()?, b.as_slice()?], is_row: [a_rows, b_rows], shape })
    }

    pub(super) fn run(&self) -> Option<Value> {
        let mut out = Vec::with_capacity(self.shape.iter().product());
        for i in 0..self.shape[0] {
            let pairs = self.row(0, i).iter().zip(self.row(1, i));
            match self.operation {
                Operation::Add => out.extend(pairs.map(|(a, b)| a + b)),
                Operation::Sub => out.extend(pairs.map(|(a, b)| a - b)),
                Operation::Mul => out.extend(pairs.map(|(a, b)| a * b)),
            }
        }
        Some(Value::from_owned(ArrayD::from_shape_vec(IxDyn(&self.shape), out).ok()?))
    }

    /// The cotangents of the operands. What is the same in all rows gets the sum, last row first.
    pub(super) fn vjp(&self, cotangent: &[f64]) -> Option<Vec<Value>> {
        (0..2).map(|side| self.vjp_of(side, cotangent)).collect()
    }

    fn vjp_of(&self, side: usize, cotangent: &[f64]) -> Option<Value> {
        let len = self.row_len();
        let of_row = |i: usize| {
            let of_results = cotangent[i * len..][..len].iter();
            of_results.zip(self.row(1 - side, i)).map(move |(g, other)| match (self.operation, side) {
                (Operation::Add, _) | (Operation::Sub, 0) => *g,
                (Operation::Sub, _) => -g,
                (Operation::Mul, _) => g * other,
            })
        };
        let n = self.shape[0];
        if self.is_row[side] {
            let all = (0..n).flat_map(of_row).collect();
            return Some(Value::from_owned(ArrayD::from_shape_vec(IxDyn(&self.shape), all).ok()?));
        }
        let mut sum: Vec<f64> = of_row(n.checked_sub(1)?).collect();
        for i in (0..n - 1).rev() {
            sum.iter_mut().zip(of_row(i)).for_each(|(sum, x)| *sum += x);
        }
        Some(Value::from_owned(ArrayD::from_shape_vec(IxDyn(&self.shape[1..]), sum).ok()?))
    }

    fn row_len(&self) -> usize {
        self.shape[1..].iter().product()
    }

    fn row(&self, side: usize, i: usize) -> &'a [f64] {
        let len = self.row_len();
        let first = if self.is_row[side] { i * len } else { 0 };
        &self.operands[side][first..first + len]
    }
}
