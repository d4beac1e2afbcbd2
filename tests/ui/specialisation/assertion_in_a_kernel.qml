kernel ghz(n: int) -> qubit[n] {
    assert(n > 2 and n % 2 == 0);
    let q = qubit[n];
    h(q[0]);
    for i in 1..n {
        cx(q[i - 1], q[i]);
    }
    return q;
}
fn main() {
    print(probs(ghz(4))[0]);
    print(probs(ghz(3))[0]);
}
