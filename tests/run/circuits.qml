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

kernel two_turned(x: float, y: float) -> qubit[2] {
    let q = qubit[2];
    ry(x, q[0]);
    cx(q[0], q[1]);
    rx(y, q);
    return q;
}

fn spread(x: float, a: float) -> float {
    return variance(a * projector([true, false]) + 0.5 * X(0) - 0.2 * Y(0) * Z(1) + 0.3, two_turned(x, 0.8));
}

test "the variance of a sum with a projector" {
    let psi = state(two_turned(0.6, 0.8));
    let m = matrix(1.5 * projector([true, false]) + 0.5 * X(0) - 0.2 * Y(0) * Z(1) + 0.3);
    let mean_of_square = real(dot(conj(psi), m @ (m @ psi)));
    let squared_mean = real(dot(conj(psi), m @ psi)) ** 2;
    assert_close(spread(0.6, 1.5), mean_of_square - squared_mean, 1e-12);
    let (x, a, h) = (0.6, 1.5, 1e-5);
    let (v, (gx, ga)) = grad spread(x, a) wrt (x, a);
    assert_close(gx, (spread(x + h, a) - spread(x - h, a)) / (2.0 * h), 1e-8);
    assert_close(ga, (spread(x, a + h) - spread(x, a - h)) / (2.0 * h), 1e-8);
}

kernel two_coins() -> qubit[2] {
    let q = qubit[2];
    h(q);
    return q;
}

test "the frequencies of many shots need no room for the shots" {
    let many = counts(two_coins(), shots: 2_100_000);
    assert(sum(many.n) == 2_100_000 and len(many.n) == 4);
    assert_close(probs(two_coins(), shots: 2_100_000), [0.25, 0.25, 0.25, 0.25], 0.002);
}

kernel leaning(x: float) -> qubit[1] {
    let q = qubit[1];
    ry(x, q);
    return q;
}

test "rows and columns of a table of observables" {
    let table = [[Z(0), X(0)], [2.0 * Z(0), 0.5 * X(0)]];
    let (z, x) = (cos(0.7), sin(0.7));
    assert_close(expect(table[0, ..], leaning(0.7)), [z, x], 1e-12);
    assert_close(expect(table[.., 0], leaning(0.7)), [z, 2.0 * z], 1e-12);
    assert_close(expect(table[1, ..], leaning(0.7)), [2.0 * z, 0.5 * x], 1e-12);
    for i in 0..2 {
        let both = [expect(if i + k == 1 then table[0, ..] else table[.., 0], leaning(0.7)) for k in 0..2];
        assert_close(both[1 - i], [z, x], 1e-12);
        assert_close(both[i], [z, 2.0 * z], 1e-12);
    }
}

test "a gradient is that of its own program, whatever ran since its value" {
    let (x, y) = (0.4, 1.1);
    let (v, (gx, gy)) = grad expect(Z(0), leaning(x)) * expect(X(0), leaning(y)) wrt (x, y);
    assert_close(v, cos(x) * sin(y), 1e-12);
    assert_close(gx, -sin(x) * sin(y), 1e-12);
    assert_close(gy, cos(x) * cos(y), 1e-12);
    let p = leaning(x);
    let before = expect(Z(0), p);
    let other = expect(Z(0), leaning(y));
    assert_close([before, other, expect(Z(0), p)], [cos(x), cos(y), cos(x)], 1e-12);
}
