// 500 steps of Adam on a hardware-efficient ansatz for the transverse-field Ising chain.

use std.ansatz.hardware_efficient;

param n: int = 4;
param steps: int = 500;

const LAYERS = 4;

kernel ansatz[l, n](theta: float[l, 2, n]) -> qubit[n] {
    let q = qubit[n];
    hardware_efficient(theta, q);
    return q;
}

/// `- sum Z Z - sum X` on an open chain.
fn chain(n: int) -> observable {
    return -sum([Z(i) * Z(i + 1) for i in 0..n - 1]) - sum([X(i) for i in 0..n]);
}

fn main() {
    let h = chain(n);
    var theta = reshape([sin(float(i + 1)) for i in 0..LAYERS * 2 * n], [LAYERS, 2, n]);
    optimize theta with adam(lr: 0.05), steps: steps {
        minimize expect(h, ansatz(theta));
    }
    print("{expect(h, ansatz(theta)):.12}");
}
