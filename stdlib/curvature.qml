// Second derivatives, and the geometry of states: central differences of exact gradients, of sixth order. At steps of 0.01 about
// eleven digits are right of circuits whose angles are the parameters.

/// Weights of the points at one, two and three steps, whose opposites have the other sign.
const WEIGHTS: float[3] = [3.0 / 4.0, -3.0 / 20.0, 1.0 / 60.0];

fn moved[n](x: float[n], i: int, distance: float) -> float[n] {
    var y = x;
    y[i] += distance;
    return y;
}

fn slope[n](f: fn(float[n]) -> float, x: float[n]) -> float[n] {
    let (value, g) = grad f(x) wrt x;
    return g;
}

/// The matrix of second derivatives of `f` at `x`: 6 n gradients. `f` must be defined three steps around `x`.
fn hessian[n](f: fn(float[n]) -> float, x: float[n], step: float = 0.01) -> float[n, n] {
    var h = zeros([n, n]);
    for i in 0..n {
        for k in 0..3 {
            let d = (k + 1) * step;
            h[i] += WEIGHTS[k] / step * (slope(f, moved(x, i, d)) - slope(f, moved(x, i, -d)));
        }
    }
    return 0.5 * (h + transpose(h));
}

/// The matrix of second derivatives of `f` at `x` times a vector: 6 gradients.
fn hessian_times[n](f: fn(float[n]) -> float, x: float[n], v: float[n], step: float = 0.01) -> float[n] {
    let length = norm(v);
    if length == 0.0 {
        return zeros([n]);
    }
    var product = zeros([n]);
    for k in 0..3 {
        let d = (k + 1) * step / length * v;
        product += WEIGHTS[k] * length / step * (slope(f, x + d) - slope(f, x - d));
    }
    return product;
}

/// The Fubini-Study metric of the states of `k` at `w`, `Re(<d_i psi|d_j psi> - <d_i psi|psi><psi|d_j psi>)`: a quarter of
/// the quantum Fisher information, and what `qng` steps by. Half of the second derivatives of `1 - fidelity(k(x), k(w))`
/// (arXiv:1909.02108), by 6 n gradients.
fn metric_tensor[n](k: kernel(float[n]) -> qubit[m], w: float[n], m: int, step: float = 0.01) -> float[n, n] {
    var g = zeros([n, n]);
    for i in 0..n {
        for j in 0..3 {
            let above = moved(w, i, (j + 1) * step);
            let below = moved(w, i, -(j + 1) * step);
            let (fa, slope_above) = grad fidelity(k(w), k(above)) wrt w;
            let (fb, slope_below) = grad fidelity(k(w), k(below)) wrt w;
            g[i] += 0.5 * WEIGHTS[j] / step * (slope_above - slope_below);
        }
    }
    return 0.5 * (g + transpose(g));
}

fn rosenbrock(x: float[2]) -> float {
    return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2;
}

test "the Hessian of Rosenbrock's function" {
    let h = hessian(rosenbrock, [0.5, -0.3]);
    assert_close(h, [[1200.0 * 0.25 + 400.0 * 0.3 + 2.0, -200.0], [-200.0, 200.0]], 1e-8);
    assert_close(hessian_times(rosenbrock, [0.5, -0.3], [2.0, 1.0]), h @ [2.0, 1.0], 1e-8);
}
