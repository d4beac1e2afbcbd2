kernel k() -> qubit[2] {
    let q = qubit[2];
    return q;
}
fn main() {
    print(expect(Z(4), k()));
}
