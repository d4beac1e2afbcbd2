kernel k() -> qubit[2] {
    let q = qubit[2];
    cx(q[0], q[0]);
    return q;
}
