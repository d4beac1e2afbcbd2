kernel called() -> qubit[2] {
    let q = qubit(2);
    return q;
}

kernel declared() -> qubit[2] {
    qubit q[2];
    return q;
}

kernel listed() -> qubit[2] {
    let q = [qubit; 2];
    return q;
}
