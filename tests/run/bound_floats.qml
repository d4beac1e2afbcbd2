// Pure functions on the floats of a kernel: those without a rule on symbols are computed when the floats are bound.

fn bent(x: float) -> float {
    if x > 0.0 { return x ** 2; }
    return -3.0 * x;
}

fn halved(x: float) -> float {
    return if abs(x) > 1.0 then halved(x / 2.0) else x;
}

fn largest_first[n](xs: float[n]) -> float[n] {
    let i = argmax(xs);
    var ys = xs;
    ys[0] = xs[i];
    ys[i] = xs[0];
    return ys;
}

fn both(x: float, ys: float[2]) -> (float, float[2]) {
    if x > ys[0] { return (x * ys[0], ys); }
    return (ys[1], [x, x * x]);
}

kernel on_bent(x: float) -> qubit[1] {
    let q = qubit[1];
    ry(bent(x), q);
    return q;
}

kernel on_sorted(xs: float[3]) -> qubit[3] {
    let q = qubit[3];
    ry(sort(xs), q);
    for i in 0..2 { cx(q[i], q[i + 1]); }
    rx(max(xs) + variance(xs), q[0]);
    return q;
}

kernel on_moved(xs: float[3]) -> qubit[3] {
    let q = qubit[3];
    ry(largest_first(2.0 * xs), q);
    rx(halved(sum(xs)), q[1]);
    let (a, b) = both(xs[0], xs[1..]);
    ry(a, q[0]);
    rx(b, q[1..]);
    return q;
}

kernel on_matrix(a: float[2, 2], b: float[2]) -> qubit[2] {
    let q = qubit[2];
    ry(solve(a, b), q);
    ry(det(a) * stddev(b), q[0]);
    return q;
}

test "values" {
    assert_close(expect(Z(0), on_bent(0.7)), cos(0.49), 1e-12);
    assert_close(expect(Z(0), on_bent(-0.7)), cos(2.1), 1e-12);
    let xs = [0.9, -0.4, 0.3];
    assert_close(expect(Z(2), on_sorted(xs)), expect(Z(2), on_sorted([-0.4, 0.3, 0.9])), 1e-12);
    assert_close(expect(Z(0), on_moved([0.1, 0.5, 0.2])), cos(2.0 * 0.5 + 0.2), 1e-12);
    let (a, b) = ([[2.0, 0.5], [0.5, 1.0]], [0.3, 0.4]);
    let x = inv(a) @ b;
    assert_close(expect(Z(1), on_matrix(a, b)), cos(x[1]), 1e-12);
    assert_close(expect(Z(0), on_matrix(a, b)), cos(x[0] + det(a) * stddev(b)), 1e-12);
}

fn slope(values: float[2], h: float) -> float { return (values[0] - values[1]) / (2.0 * h); }

fn moved(xs: float[3], i: int, h: float) -> float[3] {
    var ys = xs;
    ys[i] += h;
    return ys;
}

test "gradients" {
    let h = 1e-5;
    for x in [0.7, -0.7] {
        let (e, g) = grad expect(Z(0), on_bent(x)) wrt x;
        assert_close(g, slope([expect(Z(0), on_bent(x + h)), expect(Z(0), on_bent(x - h))], h), 1e-8);
    }
    let obs = Z(0) * X(1) + Z(2) + 0.5 * Z(1);
    for xs in [[0.9, -0.4, 0.3], [0.1, 0.5, 0.2], [-0.6, -0.5, -2.0]] {
        let (e, g) = grad expect(obs, on_sorted(xs)) wrt xs;
        let (e2, g2) = grad expect(obs, on_moved(xs)) wrt xs;
        for i in 0..3 {
            let (up, down) = (moved(xs, i, h), moved(xs, i, -h));
            assert_close(g[i], slope([expect(obs, on_sorted(up)), expect(obs, on_sorted(down))], h), 1e-7);
            assert_close(g2[i], slope([expect(obs, on_moved(up)), expect(obs, on_moved(down))], h), 1e-7);
        }
    }
    let a = [[2.0, 0.5], [0.5, 1.0]];
    let b = [0.3, 0.4];
    let (e, (ga, gb)) = grad expect(Z(0) + X(1), on_matrix(a, b)) wrt (a, b);
    for i in 0..2 {
        for j in 0..2 {
            var up = a;
            var down = a;
            up[i, j] += h;
            down[i, j] -= h;
            let values = [expect(Z(0) + X(1), on_matrix(m, b)) for m in [up, down]];
            assert_close(ga[i, j], slope(values, h), 1e-8);
        }
    }
}

test "it is compiled once" {
    var w = [0.4, 0.1, -0.2];
    optimize w with adam(lr: 0.05), steps: 40 { minimize expect(Z(0) + Z(2), on_sorted(w)); }
    assert(expect(Z(0) + Z(2), on_sorted(w)) < 1.0);
}

fn powers(x: float) -> float {
    var y = 1.0;
    while y < 10.0 { y = y * x; }
    return y;
}

fn only_above_one(x: float) -> float {
    assert(x >= 1.0);
    return sqrt(x - 1.0);
}

kernel on_powers(x: float) -> qubit[1] {
    let q = qubit[1];
    ry(powers(x), q);
    return q;
}

kernel on_large(x: float) -> qubit[1] {
    let q = qubit[1];
    ry(only_above_one(exp(x)), q);
    return q;
}

test "functions that not all numbers are good for" {
    assert_close(expect(Z(0), on_powers(2.0)), cos(16.0), 1e-12);
    assert_close(expect(Z(0), on_large(log(2.0))), cos(1.0), 1e-12);
}
