kernel k(i: int, j: int) -> qubit[3] {
    let q = qubit[3];
    cx(q[i], q[j]);
    return q;
}
fn main() {
    print(expect(Z(0), k(1, 1)));
}
