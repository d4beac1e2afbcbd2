// Gradients of classical code and of kernels, and what an optimization does to its variables.

struct Model { w: float[2], b: float }

kernel turn(t: float[2]) -> qubit[2] {
    let q = qubit[2];
    ry(t, q);
    cx(q[0], q[1]);
    return q;
}

fn score(m: Model) -> float {
    return m.b * expect(Z(1), turn(m.w)) + m.b ** 2;
}

test "classical code" {
    let x = 0.7;
    let (v, g) = grad sin(x) * exp(x) wrt x;
    assert_close(v, sin(0.7) * exp(0.7), 1e-12);
    assert_close(g, (sin(0.7) + cos(0.7)) * exp(0.7), 1e-12);
}

test "a kernel, by three rules" {
    let t = [0.4, 1.3];
    let exact = [-sin(0.4) * cos(1.3), -cos(0.4) * sin(1.3)];
    let (v, g) = grad expect(Z(1), turn(t)) wrt t;
    assert_close(v, cos(0.4) * cos(1.3), 1e-12);
    assert_close(g, exact, 1e-12);
    let (v2, shifted) = grad expect(Z(1), turn(t)) wrt t using "parameter_shift";
    assert_close(shifted, exact, 1e-10);
    let (v3, differences) = grad expect(Z(1), turn(t)) wrt t using "finite_difference";
    assert_close(differences, exact, 1e-6);
}

test "a model has a gradient of its own shape" {
    let m = Model(w: [0.4, 1.3], b: 2.0);
    let (v, g) = grad score(m) wrt m;
    assert_close(g.w, [-2.0 * sin(0.4) * cos(1.3), -2.0 * cos(0.4) * sin(1.3)], 1e-12);
    assert_close(g.b, cos(0.4) * cos(1.3) + 4.0, 1e-12);
}

test "optimize finds the minimum" {
    var t = [0.4, 1.3];
    optimize t with adam(lr: 0.1), steps: 300 { minimize expect(Z(1), turn(t)); }
    assert_close(expect(Z(1), turn(t)), -1.0, 1e-6);
    var x = 3.0;
    optimize x with sgd(lr: 0.25), steps: 60 { maximize -(x - 1.0) ** 2; }
    assert_close(x, 1.0, 1e-9);
}
