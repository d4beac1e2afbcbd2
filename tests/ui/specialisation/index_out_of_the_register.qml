kernel k(i: int) -> qubit[2] {
    let q = qubit[2];
    x(q[i]);
    return q;
}
fn main() {
    print(expect(Z(0), k(5)));
}
