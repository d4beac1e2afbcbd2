kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    rx(θ, q);
    return q;
}
fn main() {
    let θ = 2.3;
    optimize θ with adam(lr: 0.1), steps: 10 {
        minimize expect(Z(0), k(θ));
    }
}
