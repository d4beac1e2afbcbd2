kernel k() -> qubit[2] {
    let q = qubit[2];
    h(q[0]);
    let b = measure(q[0]);
    rx(if b then 0.5 else 0.1, q[1]);
    return q;
}
fn main() {
    print(probs(k()));
}
