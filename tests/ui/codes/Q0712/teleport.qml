kernel teleport(t: float) -> qubit[1] {
    let q = qubit[2];
    let out = qubit[1];
    ry(t, q[0]);
    h(q[1]);
    cx(q[1], out[0]);
    cx(q[0], q[1]);
    h(q[0]);
    if measure(q[1]) {
        x(out[0]);
    }
    if measure(q[0]) {
        z(out[0]);
    }
    return out;
}
