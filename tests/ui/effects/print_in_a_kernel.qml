kernel k() -> qubit[1] {
    let q = qubit[1];
    print("here");
    return q;
}
