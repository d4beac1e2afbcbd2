kernel twice() -> qubit[1] {
    let q = qubit[1];
    h(q[0]);
    reset(q[0]);
    h(q[0]);
    return q;
}
