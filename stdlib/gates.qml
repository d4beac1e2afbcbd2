// Composite gates.

/// The quantum Fourier transform: |j> becomes the sum of exp(2 pi i j k / 2^n) |k> / sqrt(2^n), qubit 0 least significant.
gate qft[n](q: qubit[n]) {
    for k in 0..n {
        let i = n - 1 - k;
        h(q[i]);
        for j in 0..i {
            cp(pi / 2 ** (i - j), q[j], q[i]);
        }
    }
    for i in 0..div(n, 2) {
        swap(q[i], q[n - 1 - i]);
    }
}

/// A phase of -1 on |0...0>, for n >= 1.
gate reflect_zero[n](q: qubit[n]) where n >= 1 {
    x(q);
    if n == 1 {
        z(q[0]);
    } else {
        control(q[0..n - 1]) z(q[n - 1]);
    }
    x(q);
}

/// Inversion about the mean, 2 |s><s| - 1 with |s> the uniform superposition, up to a global phase of -1.
gate grover_diffusion[n](q: qubit[n]) where n >= 1 {
    within {
        h(q);
    } apply {
        reflect_zero(q);
    }
}

/// From |0...0> to the state (|0...0> + |1...1>) / sqrt(2).
gate ghz[n](q: qubit[n]) where n >= 1 {
    h(q[0]);
    for i in 1..n {
        cx(q[i - 1], q[i]);
    }
}

kernel fourier_of_basis_state[n](bits: bool[n]) -> qubit[n] {
    let q = qubit[n];
    for i in 0..n {
        if bits[i] { x(q[i]); }
    }
    qft(q);
    return q;
}

kernel there_and_back(n: int) -> qubit[n] {
    let q = qubit[n];
    x(q[0]);
    qft(q);
    adjoint qft(q);
    return q;
}

kernel grover_once(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q);
    control(q[0..n - 1]) z(q[n - 1]);
    grover_diffusion(q);
    return q;
}

test "the Fourier transform of a basis state is uniform" {
    assert_close(probs(fourier_of_basis_state([true, false, true])), [0.125; 8], 1e-12);
}

test "the Fourier transform undone" {
    assert_close(probs(there_and_back(3))[1], 1.0, 1e-12);
}

test "one round of Grover's search finds one of four items" {
    assert_close(probs(grover_once(2))[3], 1.0, 1e-12);
}
