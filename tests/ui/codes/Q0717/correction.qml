kernel correction() -> qubit[2] {
    let q = qubit[2];
    let ancilla = qubit[1];
    h(ancilla);
    h(q[0]);
    if measure(ancilla[0]) {
        cx(q[0], q[1]);
    }
    return q;
}
