kernel k(x: float, y: float) -> qubit[1] {
    let q = qubit[1];
    rx(x, q);
    return q;
}
fn main() {
    let y = 0.4;
    let (e, g) = grad expect(Z(0), k(0.3, y)) wrt y;
    print(e, g);
}
