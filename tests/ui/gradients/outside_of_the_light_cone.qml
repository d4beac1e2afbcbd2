kernel model[n](theta: float[2, 2, n]) -> qubit[n] {
    let q = qubit[n];
    for layer in 0..2 {
        ry(theta[layer, 0], q);
        rz(theta[layer, 1], q);
        for i in 0..n - 1 {
            cx(q[i], q[i + 1]);
        }
    }
    return q;
}
fn main() {
    var theta = normal(0.0, 0.1, [2, 2, 4]);
    optimize theta with adam(lr: 0.1), steps: 2 {
        minimize expect(Z(0) * Z(1) * Z(2), model(theta));
    }
}
