// A hundred lines of a usual program: data, two models, losses, metrics, training. With `-D steps=1` it ends after the first
// step, so it takes as long as all that comes before the second.

use std.ansatz.strongly_entangling;
use std.encoding.angle;

param steps: int = 1;
param layers: int = 2;
param rate: float = 0.05;
param l2: float = 1e-3;

struct Model { w: float[layers, 4, 3], scale: float[3], bias: float[3] }

struct Score { right: int, total: int }

/// Features once, then layers that entangle.
kernel entangled[l](w: float[l, 4, 3], x: float[4]) -> qubit[4] {
    let q = qubit[4];
    angle(x, q);
    strongly_entangling(w, q);
    return q;
}

/// Features again before each layer.
kernel uploaded[l](w: float[l, 4, 3], x: float[4]) -> qubit[4] {
    let q = qubit[4];
    for k in 0..l {
        rx(x, q);
        for i in 0..4 {
            rz(w[k, i, 0], q[i]);
            ry(w[k, i, 1], q[i]);
        }
        for i in 0..4 {
            cx(q[i], q[(i + 1) % 4]);
        }
    }
    return q;
}

fn scores(m: Model, x: float[4]) -> float[3] {
    let values = expect([Z(0), Z(1), Z(2)], entangled(m.w, x));
    let others = expect([Z(0), Z(1), Z(2)], uploaded(m.w, x));
    return m.scale * (values + others) / 2.0 + m.bias;
}

fn regularization(m: Model) -> float {
    return l2 * (sum(m.w ** 2) + sum(m.bias ** 2));
}

fn loss[n](m: Model, xs: float[n, 4], labels: int[n]) -> float {
    return mean([cross_entropy(scores(m, x), label) for (x, label) in zip(xs, labels)]) + regularization(m);
}

fn predict[n](m: Model, xs: float[n, 4]) -> int[n] {
    return [argmax(scores(m, x)) for x in xs];
}

fn score[n](m: Model, xs: float[n, 4], labels: int[n]) -> Score {
    let predicted = predict(m, xs);
    var right = 0;
    for i in 0..n {
        if predicted[i] == labels[i] {
            right += 1;
        }
    }
    return Score(right: right, total: n);
}

/// How many there are of each species.
fn sizes[n](labels: int[n]) -> int[3] {
    var count = [0; 3];
    for label in labels {
        count[label] += 1;
    }
    return count;
}

fn scaled[n](x: float[n, 4], low: float[4], high: float[4]) -> float[n, 4] {
    return pi * (x - low) / (high - low);
}

fn main() {
    let features = read_csv("../../../examples/data/iris.csv", columns: [0, 1, 2, 3]);
    let species = read_labels("../../../examples/data/iris.csv", "species");
    let (raw, labels) = (features[range(0, 150, 3)], species[range(0, 150, 3)]);
    let xs = scaled(raw, min(raw, axis: 0), max(raw, axis: 0));
    print("flowers of each species:", sizes(labels));
    var m = Model(w: normal(0.0, 0.3, [layers, 4, 3]), scale: [4.0; 3], bias: zeros(3));
    optimize m with adam(lr: rate), steps: steps {
        minimize loss(m, xs, labels);
    }
    let reached = score(m, xs, labels);
    print("loss {loss(m, xs, labels):.4} after {steps} steps");
    print("{reached.right} of {reached.total} right");
    let parts = [norm(m.w), norm(m.scale), norm(m.bias)];
    if max(parts) > 100.0 {
        print("weights are large:", parts);
    }
    print("scores of the first flower: {scores(m, xs[0]):.3}");
}
