// Circuits that take data.

/// Each feature as the angle of an RY on its own qubit.
gate angle[n](x: float[n], q: qubit[n]) {
    ry(x, q);
}

/// Bits as a basis state, from |0...0>.
gate basis[n](bits: bool[n], q: qubit[n]) {
    for i in 0..n {
        if bits[i] { x(q[i]); }
    }
}

/// Instantaneous quantum polynomial embedding: H on all, RZ(x[i]), then RZZ(x[i] x[j]) on all pairs (arXiv:1804.11326).
gate iqp[n](x: float[n], q: qubit[n]) {
    h(q);
    rz(x, q);
    for i in 0..n {
        for j in i + 1..n {
            rzz(x[i] * x[j], q[i], q[j]);
        }
    }
}

/// One repetition of the ZZ feature map: H, P(2 x[i]), then CX P(2 (pi - x[i]) (pi - x[j])) CX on all pairs.
gate zz_feature_map[n](x: float[n], q: qubit[n]) {
    h(q);
    p(2.0 * x, q);
    for i in 0..n {
        for j in i + 1..n {
            within {
                cx(q[i], q[j]);
            } apply {
                p(2.0 * (pi - x[i]) * (pi - x[j]), q[j]);
            }
        }
    }
}

kernel encoded_angle[n](data: float[n]) -> qubit[n] {
    let q = qubit[n];
    angle(data, q);
    return q;
}

kernel encoded_bits[n](bits: bool[n]) -> qubit[n] {
    let q = qubit[n];
    basis(bits, q);
    return q;
}

kernel encoded_iqp[n](data: float[n]) -> qubit[n] {
    let q = qubit[n];
    iqp(data, q);
    return q;
}

kernel encoded_zz[n](data: float[n]) -> qubit[n] {
    let q = qubit[n];
    zz_feature_map(data, q);
    return q;
}

test "an angle is a probability" {
    assert_close(probs(encoded_angle([pi / 3]))[1], 0.25, 1e-12);
}

test "bits are a basis state, bit 0 least significant" {
    assert_close(probs(encoded_bits([false, true, true]))[6], 1.0, 1e-12);
}

test "a feature map overlaps fully with itself" {
    assert_close(fidelity(encoded_iqp([0.3, 0.7]), encoded_iqp([0.3, 0.7])), 1.0, 1e-12);
    assert_close(fidelity(encoded_zz([0.3, 0.7]), encoded_zz([0.3, 0.7])), 1.0, 1e-12);
    assert(fidelity(encoded_zz([0.3, 0.7]), encoded_zz([0.4, 0.1])) < 0.999);
}
