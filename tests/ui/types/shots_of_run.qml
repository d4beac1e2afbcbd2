kernel coin() -> qubit[1] {
    let q = qubit[1];
    h(q[0]);
    return q;
}
fn main() {
    print(run(coin(), shots: 10));
    print(state(coin(), shots: 10));
}
