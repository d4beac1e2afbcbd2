kernel k(θ: float[4]) -> qubit[4] {
    let q = qubit[4];
    ry(θ, q);
    return q;
}
fn main() {
    print(expect(Z(0), k([0.1, 0.2, 0.3])));
}
