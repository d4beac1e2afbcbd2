kernel chain(t: float, steps: int) -> qubit[2] {
    let q = qubit[2];
    for step in 0..steps {
        rxx(t, q[0], q[1]);
        ry(t, q);
    }
    return q;
}
fn main() {
    print(expect(Z(0), chain(0.1, 400)));
}
