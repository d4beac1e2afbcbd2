kernel k() -> qubit[2] {
    let q = qubit[2];
    control(q[0]) rx(0.3, q[0]);
    return q;
}
