kernel inner() -> qubit[1] {
    let q = qubit[1];
    return q;
}
kernel outer() -> qubit[1] {
    let q = qubit[1];
    rx(expect(Z(0), inner()), q);
    return q;
}
