kernel k() -> qubit[2] {
    let q = qubit[2];
    rx(q[0]);
    crx(q[0], q[1]);
    u(0.1, q[0]);
    h(0.3, q[0]);
    rx(0.1, 0.2, q[0]);
    let m1 = measure(q[0]);
    rx(m1, q[1]);
    x(q[m1]);
    return q;
}

kernel two() -> (qubit[1], qubit[1]) {
    return (qubit[1], qubit[1]);
}
