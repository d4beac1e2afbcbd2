kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 1..n {
        cx(q[i - 1], q[i]);
    }
    return q;
}
