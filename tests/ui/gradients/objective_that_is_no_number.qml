kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    rx(θ, q);
    return q;
}
fn main() {
    var θ = 2.3;
    optimize θ with adam(lr: 0.1), steps: 3 {
        minimize [expect(Z(0), k(θ)), 1.0];
    }
}
