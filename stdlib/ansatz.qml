// Trainable circuits. A parameter tensor has the layers on its first axis.

/// Layers of RY and RZ on each qubit and a chain of CX: theta[k, 0, i] and theta[k, 1, i] are the angles on qubit i.
gate hardware_efficient[l, n](theta: float[l, 2, n], q: qubit[n]) {
    for k in 0..l {
        ry(theta[k, 0], q);
        rz(theta[k, 1], q);
        for i in 0..n - 1 {
            cx(q[i], q[i + 1]);
        }
    }
}

/// RY on each qubit, then for each layer a chain of CX and RY again; real amplitudes.
gate real_amplitudes[l, n](theta: float[l, n], q: qubit[n]) where l >= 1 {
    ry(theta[0], q);
    for k in 1..l {
        for i in 0..n - 1 {
            cx(q[i], q[i + 1]);
        }
        ry(theta[k], q);
    }
}

/// Layers of general rotations RZ RY RZ with the angles w[k, i], and a ring of CX whose reach grows with the layer
/// (arXiv:1804.00633).
gate strongly_entangling[l, n](w: float[l, n, 3], q: qubit[n]) where n >= 2 {
    for k in 0..l {
        for i in 0..n {
            rz(w[k, i, 0], q[i]);
            ry(w[k, i, 1], q[i]);
            rz(w[k, i, 2], q[i]);
        }
        for i in 0..n {
            cx(q[i], q[(i + 1 + k % (n - 1)) % n]);
        }
    }
}

/// The alternating operators of QAOA for a cost that is a sum of Z Z over weighted edges: for each layer
/// exp(-i gamma[k] w ZZ / 2) on each edge and exp(-i beta[k] X) on each qubit; starts from the uniform superposition, which
/// the caller prepares.
gate qaoa_layers[p, m, n](gamma: float[p], beta: float[p], edges: (int, int)[m], q: qubit[n]) {
    for k in 0..p {
        for (i, j) in edges {
            rzz(gamma[k], q[i], q[j]);
        }
        rx(2.0 * beta[k], q);
    }
}

kernel layers_at_zero(n: int) -> qubit[n] {
    let q = qubit[n];
    hardware_efficient(zeros([2, 2, n]), q);
    real_amplitudes(zeros([2, n]), q);
    strongly_entangling(zeros([2, n, 3]), q);
    return q;
}

test "at zero angles |0...0> stays" {
    assert_close(probs(layers_at_zero(3))[0], 1.0, 1e-12);
}
