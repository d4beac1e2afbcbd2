kernel ansatz(theta: float[2]) -> qubit[2] {
    let q = qubit[2];
    ry(theta, q);
    cx(q[0], q[1]);
    return q;
}
