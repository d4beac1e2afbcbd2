gate flip(q: qubit[1]) {
    x(q);
}
kernel k() -> qubit[2] {
    let q = qubit[2];
    flip(q[0]);
    return q;
}
