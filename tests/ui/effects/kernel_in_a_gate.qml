kernel fresh() -> qubit {
    let q = qubit[1];
    return q[0];
}
gate join(q: qubit) {
    let other = fresh();
    cx(other, q);
}
fn main() {}
