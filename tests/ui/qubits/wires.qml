kernel k() -> qubit[1] {
    let q = qubit[1];
    rx(0.3, wires: 0);
    return q;
}
