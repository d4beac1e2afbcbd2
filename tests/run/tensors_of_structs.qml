// Parameters that are tensors of structs: gradients and training.

struct Layer { w: float[2], b: float }
struct Params { layers: Layer[3], scale: float }

kernel net(layers: Layer[3], x: float) -> qubit[2] {
    let q = qubit[2];
    for l in layers { rx(x * l.b, q[0]); ry(l.w, q); cx(q[0], q[1]); }
    return q;
}

fn loss(p: Params) -> float {
    return p.scale * expect(Z(0) * Z(1), net(p.layers, 0.3)) + sum([sum(l.w ** 2) * l.b for l in p.layers])
        + p.layers[1].b ** 2;
}

fn start() -> Params {
    return Params(layers: [Layer(w: [0.1 * float(i), 0.2], b: 0.3 + float(i)) for i in 0..3], scale: 1.5);
}

test "gradient" {
    let p = start();
    let (e, g) = grad loss(p) wrt p;
    let h = 1e-5;
    for i in 0..3 {
        for j in 0..2 {
            var up = start();
            var down = start();
            var l = up.layers[i];
            l.w[j] += h;
            up.layers[i] = l;
            l = down.layers[i];
            l.w[j] -= h;
            down.layers[i] = l;
            assert_close(g.layers[i].w[j], (loss(up) - loss(down)) / (2.0 * h), 1e-7);
        }
        var up = start();
        var down = start();
        var l = up.layers[i];
        l.b += h;
        up.layers[i] = l;
        l = down.layers[i];
        l.b -= h;
        down.layers[i] = l;
        assert_close(g.layers[i].b, (loss(up) - loss(down)) / (2.0 * h), 1e-7);
    }
    let (e2, gl) = grad loss(p) wrt (p.layers, p.scale);
}

test "train" {
    var p = start();
    let before = loss(p);
    optimize p with adam(lr: 0.05), steps: 50 { minimize loss(p) ** 2; }
    assert(loss(p) ** 2 < before ** 2);
}
