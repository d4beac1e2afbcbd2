kernel chain[n](t: float[n]) -> qubit[n] where n >= 2 {
    let q = qubit[n];
    ry(t, q);
    return q;
}
fn main() {
    print(expect(Z(0), chain([0.1])));
}
