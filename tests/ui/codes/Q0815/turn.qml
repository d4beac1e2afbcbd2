kernel turn(t: float) -> qubit[1] {
    let q = qubit[1];
    rx(t, q[0]);
    return q;
}
