//! The loops of `scalars.qml` in Rust, as one writes them.

use ndarray::{Array1, Array2};
use qml_prelude::Value;

use crate::{Row, row, tensor};

/// All loops with their arguments.
pub fn rows() -> Vec<Row> {
    let int = |n: i64| vec![Value::Int(n)];
    let matrix = |a: f64| Array2::from_shape_fn((96, 96), |(i, j)| (a * i as f64 + j as f64).sin());
    let (a, b) = (matrix(0.3), matrix(0.7));
    let letters = |step: i64| Array1::from_shape_fn(120, |i| (i as i64 * step) % 7);
    let (s, t) = (letters(3), letters(5));
    vec![
        row("logistic", vec![Value::Int(100_000), Value::Float(3.7)], (100_000, 3.7), |&(n, rate)| {
            logistic(n, rate)
        }),
        row("series", int(100_000), 100_000, |&n| series(n)),
        row("collatz", int(3_000), 3_000, |&n| collatz(n)),
        row("congruential", int(100_000), 100_000, |&n| congruential(n)),
        row("coprime_pairs", int(200), 200, |&n| coprime_pairs(n)),
        row("fibonacci", int(22), 22, |&n| fibonacci(n)),
        row("mandelbrot", int(60), 60, |&n| mandelbrot(n)),
        row("integral", int(20_000), 20_000, |&n| integral(n)),
        row("sieve", int(50_000), 50_000, |&n| sieve(n)),
        row("triple_loop", vec![tensor(a.clone()), tensor(b.clone())], (a, b), |(a, b)| {
            tensor(triple_loop(a, b))
        }),
        row("common_subsequence", vec![tensor(s.clone()), tensor(t.clone())], (s, t), |(s, t)| {
            common_subsequence(s, t)
        }),
    ]
}

fn logistic(n: i64, rate: f64) -> f64 {
    let mut x = 0.5;
    for _ in 0..n {
        x = rate * x * (1.0 - x);
    }
    x
}

fn series(n: i64) -> f64 {
    let mut total = 0.0;
    for i in 0..n {
        let k = (i + 1) as f64;
        total += 1.0 / (k * k);
    }
    total
}

fn collatz(n: i64) -> i64 {
    let mut steps = 0;
    for i in 1..=n {
        let mut k = i;
        while k != 1 {
            k = if k % 2 == 0 { k / 2 } else { 3 * k + 1 };
            steps += 1;
        }
    }
    steps
}

fn congruential(n: i64) -> i64 {
    let mut state: i64 = 42;
    let mut n_even = 0;
    for _ in 0..n {
        state = (1_103_515_245 * state + 12_345) % 2_147_483_648;
        if state / 65_536 % 2 == 0 {
            n_even += 1;
        }
    }
    n_even
}

fn gcd(mut x: i64, mut y: i64) -> i64 {
    while y != 0 {
        (x, y) = (y, x % y);
    }
    x
}

fn coprime_pairs(n: i64) -> i64 {
    let mut count = 0;
    for i in 1..=n {
        for j in 1..i {
            if gcd(i, j) == 1 {
                count += 1;
            }
        }
    }
    count
}

fn fibonacci(n: i64) -> i64 {
    if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
}

fn mandelbrot(n: i64) -> i64 {
    let mut inside = 0;
    for i in 0..n {
        for j in 0..n {
            let cx = 3.0 * i as f64 / n as f64 - 2.0;
            let cy = 2.0 * j as f64 / n as f64 - 1.0;
            let (mut x, mut y, mut k) = (0.0, 0.0, 0);
            while k < 200 && x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                k += 1;
            }
            if k == 200 {
                inside += 1;
            }
        }
    }
    inside
}

fn integral(n: i64) -> f64 {
    let step = 1.0 / n as f64;
    let mut total = 0.0;
    for i in 0..n {
        let x = (i as f64 + 0.5) * step;
        total += (-x * x).exp() * x.sin();
    }
    step * total
}

fn sieve(n: i64) -> i64 {
    let n = n as usize;
    let mut composite = vec![false; n];
    let mut count = 0;
    for i in 2..n {
        if !composite[i] {
            count += 1;
            let mut k = i * i;
            while k < n {
                composite[k] = true;
                k += i;
            }
        }
    }
    count
}

fn triple_loop(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    let n = a.nrows();
    let mut c = Array2::zeros((n, n));
    for i in 0..n {
        for k in 0..n {
            for j in 0..n {
                c[[i, j]] += a[[i, k]] * b[[k, j]];
            }
        }
    }
    c
}

fn common_subsequence(a: &Array1<i64>, b: &Array1<i64>) -> i64 {
    let (m, n) = (a.len(), b.len());
    let mut longest = Array2::zeros((m + 1, n + 1));
    for i in 0..m {
        for j in 0..n {
            longest[[i + 1, j + 1]] = if a[i] == b[j] {
                longest[[i, j]] + 1
            } else {
                i64::max(longest[[i, j + 1]], longest[[i + 1, j]])
            };
        }
    }
    longest[[m, n]]
}
