kernel k() -> qubit[1] {
    let q = qubit[1];
    let anc = qubit[1];
    if measure(anc) {
        x(q);
    }
    let m = measure(anc);
    if not m {
        x(q);
    }
    let b: bool = not measure(anc);
    return q;
}
