// Gates, modifiers, measurements and result functions.

gate entangle[n](t: float[n], q: qubit[n]) where n >= 2 {
    ry(t, q);
    for i in 0..n - 1 { cx(q[i], q[i + 1]); }
}

kernel there_and_back[n](t: float[n]) -> qubit[n] {
    let q = qubit[n];
    entangle(t, q);
    adjoint entangle(t, q);
    return q;
}

kernel phases() -> qubit[2] {
    let q = qubit[2];
    within { h(q[0]); } apply { power(3) s(q[0]); }
    control(not q[1]) x(q[1 - 1]);
    return q;
}

kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 1..n { cx(q[i - 1], q[i]); }
    return q;
}

kernel corrected(t: float) -> (qubit[1], bool) {
    let kept = qubit[1];
    let other = qubit[1];
    ry(t, kept);
    cx(kept, other);
    let b = measure(other[0]);
    if b { x(kept); }
    return (kept, b);
}

kernel reused() -> qubit[1] {
    let q = qubit[1];
    h(q);
    reset(q);
    x(q);
    return q;
}

test "adjoint undoes" {
    assert_close(probs(there_and_back([0.3, 1.1, 2.2]))[0], 1.0, 1e-12);
}

test "qubit 0 is the least significant bit" {
    assert_close(probs(phases()), [0.5, 0.5, 0.0, 0.0], 1e-12);
}

test "a GHZ state" {
    assert_close(expect([X(0) * X(1) * X(2), Z(0) * Z(2), Z(1)], ghz(3)), [1.0, 1.0, 0.0], 1e-12);
    let shots = samples(ghz(4), shots: 20);
    for shot in shots { assert(all(shot) or not any(shot)); }
    assert_close(fidelity(ghz(3), ghz(3)), 1.0, 1e-12);
    assert_close(abs(state(ghz(2))) ** 2, [0.5, 0.0, 0.0, 0.5], 1e-12);
}

test "real-time control" {
    assert_close(expect(Z(0), corrected(0.9)), 1.0, 1e-12);
    assert_close(probs(reused()), [0.0, 1.0], 1e-12);
}

test "observables" {
    let h = 0.5 * (1 - Z(0) * Z(1)) + 2 * pauli("XX");
    assert_close(expect(h, ghz(2)), 2.0, 1e-12);
    assert_close(variance(Z(0), ghz(2)), 1.0, 1e-12);
    assert_close(expect(projector([true, true]), ghz(2)), 0.5, 1e-12);
}

gate flip(q: qubit) {
    x(q);
}

gate turn(t: float, q: qubit) {
    ry(t, q);
}

kernel own_gates_broadcast(ts: float[2]) -> qubit[2] {
    let q = qubit[2];
    flip(q);
    turn(ts, q);
    turn(0.3, q);
    return q;
}

kernel gates_one_by_one(ts: float[2]) -> qubit[2] {
    let q = qubit[2];
    for i in 0..2 {
        flip(q[i]);
        turn(ts[i], q[i]);
        turn(0.3, q[i]);
    }
    return q;
}

test "gates of the program broadcast over registers and tensors" {
    assert_close(probs(own_gates_broadcast([0.1, 0.2])), probs(gates_one_by_one([0.1, 0.2])), 1e-15);
}
