//! The code of `tensors.qml` with ndarray, as one writes it: operators, and closures where it has no operator.

use ndarray::{Array1, Array2, Axis, Zip, s};
use qml_prelude::Value;

use crate::{Row, row, tensor};

/// Elements of a long vector: it stays in the second cache.
const LONG: usize = 10_000;

/// All functions with their arguments.
pub fn rows() -> Vec<Row> {
    let vector = |n: usize, a: f64| Array1::from_shape_fn(n, |i| (a * (i + 1) as f64).sin());
    let matrix =
        |m: usize, n: usize, a: f64| Array2::from_shape_fn((m, n), |(i, j)| (a * i as f64 + j as f64).sin());
    let (x, y) = (vector(LONG, 0.3), vector(LONG, 0.7));
    let (a, b) = (matrix(100, 100, 0.3), matrix(100, 100, 0.7));
    let (line, column) = (vector(100, 0.5), matrix(100, 1, 0.5));
    let form = Array2::eye(16) + 0.1 * matrix(16, 16, 0.2);
    let indices = Array1::from_shape_fn(100, |i| (i * 37) as i64 % 100);

    let one = |function, rust: fn(&Array1<f64>) -> Array1<f64>| {
        row(function, vec![tensor(x.clone())], x.clone(), move |x| tensor(rust(x)))
    };
    let of_matrix =
        |function, rust: fn(&Array2<f64>) -> Value| row(function, vec![tensor(a.clone())], a.clone(), rust);
    let two_matrices = |function, rust: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>| {
        row(function, vec![tensor(a.clone()), tensor(b.clone())], (a.clone(), b.clone()), move |(a, b)| {
            tensor(rust(a, b))
        })
    };
    let with_line = |function, rust: fn(&Array2<f64>, &Array1<f64>) -> Value| {
        row(
            function,
            vec![tensor(a.clone()), tensor(line.clone())],
            (a.clone(), line.clone()),
            move |(a, x)| rust(a, x),
        )
    };
    let short = vector(64, 0.3);
    let steps = |n: i64| Value::Int(n);
    vec![
        row("elementwise", vec![tensor(x.clone()), tensor(y.clone())], (x.clone(), y.clone()), |(x, y)| {
            tensor(2.0 * x + y * y - 1.0)
        }),
        one("gaussian", |x| x.mapv(|t| (-t * t).exp())),
        row("compare", vec![tensor(x.clone()), tensor(y.clone())], (x.clone(), y.clone()), |(x, y)| {
            Zip::from(x).and(y).fold(0, |n, a, b| n + i64::from(a > b))
        }),
        with_line("broadcast_row", |a, x| tensor(a + x)),
        row(
            "broadcast_column",
            vec![tensor(a.clone()), tensor(column.clone())],
            (a.clone(), column),
            |(a, x)| tensor(a * x),
        ),
        of_matrix("sum_all", |a| Value::Float(a.sum())),
        of_matrix("sum_columns", |a| tensor(a.sum_axis(Axis(0)))),
        of_matrix("sum_rows", |a| tensor(a.sum_axis(Axis(1)))),
        of_matrix("largest", |a| {
            tensor(a.map_axis(Axis(1), |row| row.fold(f64::NEG_INFINITY, |m, &t| m.max(t))))
        }),
        two_matrices("matrix_matrix", |a, b| a.dot(b)),
        with_line("matrix_vector", |a, x| tensor(a.dot(x))),
        two_matrices("transposed", |a, b| &a.t() + b),
        one("second_difference", |x| &x.slice(s![2..]) - 2.0 * &x.slice(s![1..LONG - 1]) + x.slice(s![..-2])),
        row("heat", vec![Value::Int(1_000), steps(100)], (1_000, 100), |&(n, steps)| tensor(heat(n, steps))),
        row(
            "descent",
            vec![tensor(form.clone()), tensor(vector(16, 0.3)), steps(1_000)],
            (form, vector(16, 0.3), 1_000),
            |(a, b, steps)| tensor(descent(a, b, *steps)),
        ),
        row("adam_steps", vec![tensor(short.clone()), steps(1_000)], (short, 1_000), |(g, steps)| {
            tensor(adam_steps(g, *steps))
        }),
        of_matrix("row_norms", |a| tensor(a.map_axis(Axis(1), |row| row.dot(&row)))),
        one("polynomial", |x| x.mapv(|t| (2.0 * t + 1.0) * t - 3.0)),
        row("squares", vec![Value::Int(10_000)], LONG, |&n| {
            tensor(Array1::from_shape_fn(n, |i| (i * i) as i64))
        }),
        one("positive", |x| x.iter().copied().filter(|&t| t > 0.0).collect()),
        row(
            "distances",
            vec![tensor(line.clone()), tensor(line.clone())],
            (line.clone(), line.clone()),
            |(x, y)| tensor(Array2::from_shape_fn((x.len(), y.len()), |(i, j)| (x[i] - y[j]).powi(2))),
        ),
        row(
            "gathered",
            vec![tensor(a.clone()), tensor(indices.clone())],
            (a.clone(), indices),
            |(a, indices)| {
                let indices: Vec<usize> = indices.iter().map(|&i| i as usize).collect();
                tensor(a.select(Axis(0), &indices))
            },
        ),
        of_matrix("softmax_rows", |a| tensor(softmax_rows(a))),
    ]
}

fn heat(n: usize, steps: usize) -> Array1<f64> {
    let mut u = Array1::<f64>::zeros(n);
    u[n / 2] = 1.0;
    for _ in 0..steps {
        let middle = u.slice(s![1..n - 1]);
        let flow = &u.slice(s![2..]) - 2.0 * &middle + u.slice(s![..-2]);
        let next = &middle + 0.25 * flow;
        u.slice_mut(s![1..n - 1]).assign(&next);
    }
    u
}

fn descent(a: &Array2<f64>, b: &Array1<f64>, steps: usize) -> Array1<f64> {
    let mut x = Array1::zeros(b.len());
    for _ in 0..steps {
        x = &x - 0.01 * (a.dot(&x) - b);
    }
    x
}

fn adam_steps(g: &Array1<f64>, steps: usize) -> Array1<f64> {
    let (mut x, mut m, mut v) = (Array1::zeros(g.len()), Array1::zeros(g.len()), Array1::zeros(g.len()));
    for _ in 0..steps {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        x = x - 0.01 * &m / (v.mapv(f64::sqrt) + 1e-8);
    }
    x
}

fn softmax_rows(a: &Array2<f64>) -> Array2<f64> {
    let mut out = a.clone();
    for mut row in out.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |m, &t| m.max(t));
        row.mapv_inplace(|t| (t - largest).exp());
        let total = row.sum();
        row /= total;
    }
    out
}
