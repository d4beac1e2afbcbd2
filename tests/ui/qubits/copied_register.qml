kernel k() -> qubit[2] {
    let a = qubit[2];
    let b = [a[0], a[1]];
    return a;
}
