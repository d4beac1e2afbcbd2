kernel k() -> qubit[1] {
    let q = qubit[1];
    return q;
}
fn main() {
    print(expect(k(), Z(0)));
}
