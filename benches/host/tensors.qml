// Code on tensors, beside ndarray in `tensors.rs`.

fn elementwise[n](x: float[n], y: float[n]) -> float[n] {
    return 2.0 * x + y * y - 1.0;
}

fn gaussian[n](x: float[n]) -> float[n] {
    return exp(-x * x);
}

fn compare[n](x: float[n], y: float[n]) -> int {
    return sum(x > y);
}

/// A row added to each row.
fn broadcast_row[m, n](a: float[m, n], x: float[n]) -> float[m, n] {
    return a + x;
}

/// A factor for each row.
fn broadcast_column[m, n](a: float[m, n], x: float[m, 1]) -> float[m, n] {
    return a * x;
}

fn sum_all[m, n](a: float[m, n]) -> float {
    return sum(a);
}

fn sum_columns[m, n](a: float[m, n]) -> float[n] {
    return sum(a, axis: 0);
}

fn sum_rows[m, n](a: float[m, n]) -> float[m] {
    return sum(a, axis: 1);
}

fn largest[m, n](a: float[m, n]) -> float[m] {
    return max(a, axis: 1);
}

fn matrix_matrix[n](a: float[n, n], b: float[n, n]) -> float[n, n] {
    return a @ b;
}

fn matrix_vector[n](a: float[n, n], x: float[n]) -> float[n] {
    return a @ x;
}

fn transposed[n](a: float[n, n], b: float[n, n]) -> float[n, n] {
    return transpose(a) + b;
}

fn second_difference[n](x: float[n]) -> float[n - 2] {
    return x[2..] - 2.0 * x[1..n - 1] + x[..n - 2];
}

/// Heat on a line: a slice assigned in each step.
fn heat(n: int, steps: int) -> float[n] {
    var u = zeros(n);
    u[div(n, 2)] = 1.0;
    for _ in 0..steps {
        u[1..n - 1] = u[1..n - 1] + 0.25 * (u[2..] - 2.0 * u[1..n - 1] + u[..n - 2]);
    }
    return u;
}

/// Gradient descent on a quadratic form: small tensors many times.
fn descent[n](a: float[n, n], b: float[n], steps: int) -> float[n] {
    var x = zeros(n);
    for _ in 0..steps {
        x = x - 0.01 * (a @ x - b);
    }
    return x;
}

/// Adam by hand on vectors of the size of a model.
fn adam_steps[n](g: float[n], steps: int) -> float[n] {
    var x = zeros(n);
    var m = zeros(n);
    var v = zeros(n);
    for _ in 0..steps {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        x = x - 0.01 * m / (sqrt(v) + 1e-8);
    }
    return x;
}

fn row_norms[m, n](a: float[m, n]) -> float[m] {
    return [dot(row, row) for row in a];
}

fn polynomial[n](x: float[n]) -> float[n] {
    return [(2.0 * t + 1.0) * t - 3.0 for t in x];
}

fn squares(n: int) -> int[n] {
    return [i * i for i in 0..n];
}

fn positive[n](x: float[n]) -> float[?] {
    return [t for t in x if t > 0.0];
}

/// A matrix of distances: two clauses.
fn distances[n](x: float[n], y: float[n]) -> float[n, n] {
    return [[(a - b) ** 2 for b in y] for a in x];
}

fn gathered[m, n](a: float[m, n], indices: int[m]) -> float[m, n] {
    return a[indices];
}

fn softmax_rows[m, n](a: float[m, n]) -> float[m, n] {
    return softmax(a);
}
