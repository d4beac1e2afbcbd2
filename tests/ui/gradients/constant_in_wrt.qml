kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    rx(θ, q);
    return q;
}
fn main() {
    let (e, g) = grad expect(Z(0), k(0.3)) wrt pi;
    print(g);
}
