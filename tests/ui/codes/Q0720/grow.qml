kernel layer[n](w: float[n]) -> qubit[n] {
    let q = qubit[n];
    ry(w, q);
    return q;
}
kernel unused(k: int) -> qubit[1] {
    let q = qubit[1];
    power(k) x(q);
    return q;
}
fn main() {
    let n = random_int(2, 6);
    print(expect(Z(0), layer(zeros(n))));
}
