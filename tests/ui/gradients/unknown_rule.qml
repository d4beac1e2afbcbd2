kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    rx(θ, q);
    return q;
}
fn main() {
    let θ = 2.3;
    let (v, g) = grad expect(Z(0), k(θ)) wrt θ using "magic";
    print(g);
}
