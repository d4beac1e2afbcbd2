kernel oracle() -> qubit[7] {
    let q = qubit[7];
    unitary(eye(128), q);
    return q;
}
