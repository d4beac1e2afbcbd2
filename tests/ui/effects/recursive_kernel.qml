kernel k(n: int) -> qubit[1] {
    let q = k(n - 1);
    return q;
}
