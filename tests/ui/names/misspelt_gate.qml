kernel k() -> qubit[2] {
    let q = qubit[2];
    cnot(q[0], q[1]);
    return q;
}
