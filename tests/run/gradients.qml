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

kernel weighted(logits: float[2]) -> qubit[2] {
    let q = qubit[2];
    let w = softmax(logits);
    ry(w, q);
    return q;
}

test "softmax of large numbers in a kernel" {
    let logits = [1e15, 1e15];
    let (v, g) = grad expect(Z(0), weighted(logits)) wrt logits;
    assert_close(v, cos(0.5), 1e-12);
    assert_close(g, [-sin(0.5) / 4, sin(0.5) / 4], 1e-12);
}

test "determinants of singular matrices" {
    let a = [[1.0, 2.0], [2.0, 4.0]];
    let (v, g) = grad det(a) wrt a;
    assert_close(v, 0.0, 0.0);
    assert_close(g, [[4.0, -2.0], [-2.0, 1.0]], 1e-12);
}

fn lowest(c: float[2]) -> float {
    return ground_energy(c[0] * X(0) + c[1] * Z(0));
}

fn lowest_of_matrix(c: float[2]) -> float {
    let (values, vectors) = eigh(matrix(c[0] * X(0) + c[1] * Z(0)));
    return values[0];
}

test "eigenvalues" {
    let c = [0.6, 0.8];
    let (v, g) = grad lowest(c) wrt c;
    assert_close(v, -1.0, 1e-12);
    assert_close(g, [-0.6, -0.8], 1e-9);
    let (v2, g2) = grad lowest_of_matrix(c) wrt c;
    assert_close(v2, -1.0, 1e-12);
    assert_close(g2, [-0.6, -0.8], 1e-12);
}

test "fits and scalings" {
    let y = [1.0, 3.0, 5.5];
    let (v, g) = grad polyfit([0.0, 1.0, 2.0], y, 1)[0] wrt y;
    assert_close(v, 2.25, 1e-12);
    assert_close(g, [-0.5, 0.0, 0.5], 1e-12);
    let b = 4.0;
    let (v2, g2) = grad sum(linspace(0.0, b, 5)) wrt b;
    assert_close(g2, 2.5, 1e-12);
    let xs = [3.0, 1.0, 2.0];
    let (v3, g3) = grad median(xs) wrt xs;
    assert_close(g3, [0.0, 0.0, 1.0], 0.0);
    let table = [[1.0], [4.0], [2.0]];
    let (v4, g4) = grad minmax(table)[2, 0] wrt table;
    assert_close(g4, [[-2.0 / 9.0], [-1.0 / 9.0], [1.0 / 3.0]], 1e-12);
    let (v5, g5) = grad sum(standardize(table)) wrt table;
    assert_close(g5, zeros([3, 1]), 1e-12);
}

fn rows(x: float, n: int) -> float {
    let table = [[x, x * i] for i in 0..n];
    return sum(table) + x;
}

test "a tensor without items has a gradient" {
    let x = 2.0;
    let (v, g) = grad rows(x, 0) wrt x;
    assert_close(g, 1.0, 0.0);
    let (v2, g2) = grad rows(x, 3) wrt x;
    assert_close(g2, 7.0, 0.0);
}
