kernel k() -> qubit[2] {
    let q = qubit[2];
    inverse h(q[0]);
    inv @ h q[0];
    ctrl @ x q[0], q[1];
    return q;
}
