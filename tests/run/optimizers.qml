// Each optimizer on a circuit, and what ends an optimization early.

kernel ansatz(w: float[4]) -> qubit[2] {
    let q = qubit[2];
    ry(w[0], q[0]);
    ry(w[1], q[1]);
    cx(q[0], q[1]);
    rz(w[2], q[1]);
    ry(w[3], q[1]);
    return q;
}

fn hamiltonian() -> observable {
    return Z(0) * Z(1) + 0.5 * X(0) + 0.3 * Y(1);
}

fn trained(optimizer: optimizer, steps: int) -> float {
    var opt = optimizer;
    var w = [0.4, -0.3, 1.1, 0.7];
    optimize w with opt, steps: steps {
        minimize expect(hamiltonian(), ansatz(w));
    }
    return expect(hamiltonian(), ansatz(w)) - ground_energy(hamiltonian());
}

test "each optimizer goes down, from 0.9 above the ground state" {
    assert(trained(sgd(lr: 0.3), 300) < 0.01);
    assert(trained(momentum(lr: 0.1), 200) < 1e-4);
    assert(trained(adagrad(lr: 0.5), 300) < 0.05);
    assert(trained(rmsprop(lr: 0.02), 400) < 0.05);
    assert(trained(adam(lr: cosine_decay(0.2, 300)), 300) < 0.01);
    assert(trained(lbfgs(), 60) < 1e-8);
    assert(trained(spsa(lr: 0.3), 500) < 0.1);
    assert(trained(nelder_mead(), 250) < 1e-6);
    assert(trained(rotosolve(), 60) < 1e-8);
    assert(trained(qng(lr: 0.1), 100) < 1e-4);
}

test "qng takes the steps of the exact metric" {
    // From dense matrices in NumPy: w -= 0.1 * solve(G + 0.01, g), three times.
    var w = [0.4, -0.3, 1.1, 0.7];
    optimize w with qng(lr: 0.1, lam: 0.01), steps: 3 {
        let p = ansatz(w);
        minimize expect(hamiltonian(), p);
    }
    assert_close(w, [0.8018219245686325, -1.1834137693523656, 1.2305016490785632, 2.054324582289625], 1e-9);
}

test "an optimizer without gradients takes an objective that has none" {
    var opt = nelder_mead();
    var c = 1.0;
    optimize c with opt, steps: 100, tolerance: 1e-9 {
        let level = float(int(round(1000.0 * c)));
        maximize 3.0 - abs(level - 2000.0) / 1000.0;
    }
    assert_close(c, 2.0, 1e-3);
}

fn drawn(seed: int) -> float[4] {
    var w = [0.4, -0.3, 1.1, 0.7];
    optimize w with spsa(), steps: 5, seed: seed {
        minimize expect(hamiltonian(), ansatz(w));
    }
    return w;
}

test "a seed decides what spsa draws" {
    let w = drawn(3);
    assert(all(drawn(3) == w));
    assert(any(drawn(4) != w));
}

test "patience keeps the best by validation" {
    var w = 0.0;
    // Training goes to 1, validation is best at 0.5.
    optimize w with sgd(lr: 0.05), steps: 1000, patience: 2, validate: abs(w - 0.5) {
        minimize (w - 1.0) ** 2;
    }
    assert_close(w, 0.5, 0.03);
    let found = w;
    optimize w with sgd(lr: 0.05), steps: 1000, patience: 2, validate: -abs(w - 0.8) {
        maximize -(w - 1.0) ** 2;
    }
    assert(w > found);
    assert_close(w, 0.8, 0.03);
}
