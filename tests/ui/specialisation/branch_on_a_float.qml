kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    if θ > 0.5 {
        x(q);
    }
    return q;
}
fn main() {
    print(probs(k(0.7)));
}
