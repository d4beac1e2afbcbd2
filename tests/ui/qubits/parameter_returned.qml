kernel k(q: qubit[2]) -> qubit[2] {
    h(q);
    return q;
}
