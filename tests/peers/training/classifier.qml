// The classifier of examples/iris.qml on 100 flowers for 50 epochs; weights and batches as the peers have them.

param epochs: int = 50;

const LAYERS = 3;

struct Model { w: float[LAYERS, 2, 4], scale: float[3], bias: float[3] }

kernel upload[l](w: float[l, 2, 4], x: float[4]) -> qubit[4] {
    let q = qubit[4];
    for k in 0..l {
        rx(x, q);
        rz(w[k, 1], q);
        ry(w[k, 0], q);
        for i in 0..4 {
            cx(q[i], q[(i + 1) % 4]);
        }
    }
    return q;
}

fn scores(m: Model, x: float[4]) -> float[3] {
    return m.scale * expect([Z(0), Z(1), Z(2)], upload(m.w, x)) + m.bias;
}

fn loss[n](m: Model, xs: float[n, 4], labels: int[n]) -> float {
    return mean([cross_entropy(scores(m, x), label) for (x, label) in zip(xs, labels)]);
}

fn main() {
    // Two of three flowers, in an order that mixes the species.
    let rows = [(37 * k) % 150 for k in 0..150 if (37 * k) % 3 != 0];
    let features = read_csv("../../../examples/data/iris.csv", columns: [0, 1, 2, 3]);
    let xs = reshape(minmax(features[rows], 0.0, pi), [100, 4]);
    let labels = reshape(read_labels("../../../examples/data/iris.csv", "species")[rows], [100]);
    var m = Model(
        w: reshape([sin(float(i + 1)) for i in 0..LAYERS * 8], [LAYERS, 2, 4]),
        scale: [4.0; 3],
        bias: [0.0; 3],
    );
    let start = elapsed();
    optimize m with adam(lr: 0.05),
        epochs: epochs
        over (x, y) in zip(reshape(xs, [5, 20, 4]), reshape(labels, [5, 20]))
    {
        minimize loss(m, x, y);
    }
    print("{loss(m, xs, labels):.12} {elapsed() - start:.6}");
}
