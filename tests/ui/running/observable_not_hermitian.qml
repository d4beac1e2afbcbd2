kernel k() -> qubit[2] {
    let q = qubit[2];
    return q;
}
fn main() {
    print(expect(1.0im * Z(1), k()));
}
