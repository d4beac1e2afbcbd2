kernel twice() -> (qubit[1], bool) {
    let q = qubit[1];
    h(q[0]);
    let first = measure(q[0]);
    h(q[0]);
    return (q, first);
}
