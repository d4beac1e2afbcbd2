kernel triangle(theta: float) -> qubit[3] {
    let q = qubit[3];
    ry(theta, q);
    cx(q[0], q[1]);
    ry(theta, q);
    cx(q[1], q[2]);
    ry(theta, q);
    cx(q[2], q[0]);
    ry(theta, q);
    return q;
}
