// A Bell pair: one of two outcomes, half the time each.
//
// Shows: a kernel, exact probabilities, sampled counts. Expected: 00 and 11 at 0.5 each.

kernel bell() -> qubit[2] {
    let q = qubit[2];
    h(q[0]);
    cx(q[0], q[1]);
    return q;
}

fn main() {
    print("exact: {probs(bell())}");
    print(counts(bell(), shots: 1000));
}

test "the two qubits agree" {
    assert_close(probs(bell()), [0.5, 0.0, 0.0, 0.5], 1e-12);
    assert_close(expect(Z(0) * Z(1), bell()), 1.0, 1e-12);
    assert_close(expect(X(0) * X(1), bell()), 1.0, 1e-12);
}
