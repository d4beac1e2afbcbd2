kernel k(θ: float) -> qubit[1] {
    let q = qubit[1];
    rx(θ, q);
    return q;
}
fn main() {
    let θ = 0.3;
    let e = expect(Z(0), k(θ));
    let (v, g) = grad e wrt θ;
    print(g);
}
