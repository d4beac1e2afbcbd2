kernel k() -> qubit[1] {
    let q = qubit[1];
    adjoint {
        let b = measure(q[0]);
    }
    return q;
}
