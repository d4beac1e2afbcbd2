kernel k() -> qubit[1] {
    let q = qubit[1];
    return q;
}
fn main() {
    print(counts(k(), shot: 100));
}
