kernel k() -> qubit[2] {
    let q = qubit[2];
    return q;
}
fn main() {
    print(counts(k(), shots: 0));
}
