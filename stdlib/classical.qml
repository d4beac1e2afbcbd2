// Classical models, to hold quantum ones against: every claim about a quantum model needs one beside it.
//
// Linear models are weights and an offset: scores are `xs @ w + b`. Labels are 0 and 1, for `svm` -1.0 and 1.0.

/// Ridge regression: the `(w, b)` with the smallest sum of `(x @ w + b - y) ** 2` plus `alpha` times `w @ w`.
fn ridge[m, n](xs: float[m, n], ys: float[m], alpha: float = 1.0) -> (float[n], float) {
    let centre = mean(xs, axis: 0);
    let x = xs - centre;
    let w = solve(transpose(x) @ x + alpha * eye(n), transpose(x) @ (ys - mean(ys)));
    return (w, mean(ys) - dot(w, centre));
}

/// Mean of log(1 + exp(-z)) without overflow.
fn soft_loss[m](z: float[m]) -> float {
    return sum(maximum(-z, 0.0) + log(1.0 + exp(-abs(z))));
}

/// What logistic regression makes smallest, for signs -1.0 and 1.0: the last weight is the offset, which is free.
fn logistic_objective[m, k](x: float[m, k], signs: float[m], w: float[k], c: float) -> float {
    return 0.5 * (dot(w, w) - w[k - 1] ** 2) + c * soft_loss(signs * (x @ w));
}

/// Logistic regression of labels 0 and 1: the `(w, b)` with the smallest `w @ w / 2` plus `c` times the sum of the logistic losses, by
/// Newton's method. A score above 0 says 1; `sigmoid` of it is the probability.
fn logistic_regression[m, n](xs: float[m, n], labels: int[m], c: float = 1.0) -> (float[n], float) {
    let x = transpose(concat(transpose(xs), ones([1, m])));
    let signs = 2.0 * labels - 1.0;
    var w = zeros(n + 1);
    var penalty = eye(n + 1);
    penalty[n, n] = 0.0;
    for step in 0..100 {
        let p = sigmoid(x @ w);
        let slope = penalty @ w + c * (transpose(x) @ (p - labels));
        if norm(slope) < 1e-10 * (1.0 + c * m) { break; }
        let curvature = transpose(x) @ (reshape(c * p * (1.0 - p), [m, 1]) * x) + penalty;
        let change = solve(curvature + 1e-12 * eye(n + 1), slope);
        // As far along Newton's direction as the objective falls.
        var share = 1.0;
        let now = logistic_objective(x, signs, w, c);
        while share > 1e-6 and logistic_objective(x, signs, w - share * change, c) > now {
            share = 0.5 * share;
        }
        w = w - share * change;
    }
    return (w[0..n], w[n]);
}

/// The Gaussian kernel `exp(-gamma * |x - y| ** 2)` of all pairs.
fn rbf[m, k, n](xs: float[m, n], ys: float[k, n], gamma: float) -> float[m, k] {
    return [[exp(-gamma * sum((x - y) ** 2)) for y in ys] for x in xs];
}

/// A support vector machine on any kernel, Gaussian or quantum (`gram`): `(a, b)` with the scores `kernel(new, xs) @ a + b`.
/// Labels are -1.0 and 1.0. Sequential minimal optimization on the pair that breaks its condition most (Keerthi et al. 2001).
fn svm[m](
    kernel_matrix: float[m, m],
    labels: float[m],
    c: float = 1.0,
    tolerance: float = 1e-6
) -> (float[m], float) {
    var alpha = zeros(m);
    var slope = [-1.0; m];
    var high = 0.0;
    var low = 0.0;
    for step in 0..1000 * m + 10000 {
        var i = 0;
        var j = 0;
        high = -inf;
        low = inf;
        for k in 0..m {
            let value = -labels[k] * slope[k];
            let can_rise = if labels[k] > 0.0 then alpha[k] < c else alpha[k] > 0.0;
            let can_fall = if labels[k] > 0.0 then alpha[k] > 0.0 else alpha[k] < c;
            if can_rise and value > high { high = value; i = k; }
            if can_fall and value < low { low = value; j = k; }
        }
        if high - low < tolerance { break; }
        let bend = kernel_matrix[i, i] + kernel_matrix[j, j] - 2.0 * kernel_matrix[i, j];
        var t = (high - low) / maximum(bend, 1e-12);
        t = minimum(t, if labels[i] > 0.0 then c - alpha[i] else alpha[i]);
        t = minimum(t, if labels[j] > 0.0 then alpha[j] else c - alpha[j]);
        alpha[i] += labels[i] * t;
        alpha[j] -= labels[j] * t;
        slope = slope + t * labels * (kernel_matrix[.., i] - kernel_matrix[.., j]);
    }
    // On the margin the score is the label.
    var offset = 0.5 * (high + low);
    var n_free = 0;
    var total = 0.0;
    for k in 0..m {
        if alpha[k] > 1e-9 * c and alpha[k] < (1.0 - 1e-9) * c {
            total += -labels[k] * slope[k];
            n_free += 1;
        }
    }
    if n_free > 0 { offset = total / n_free; }
    return (labels * alpha, offset);
}

/// A perceptron with one hidden layer.
fn mlp_scores[m, n, h, k](
    xs: float[m, n],
    w1: float[n, h],
    b1: float[h],
    w2: float[h, k],
    b2: float[k]
) -> float[m, k] {
    return tanh(xs @ w1 + b1) @ w2 + b2;
}

/// Trains a perceptron with one hidden layer of `hidden` neurons to tell `classes` classes apart, labels from 0: its weights and
/// offsets, for `mlp_scores`. The largest score wins.
fn mlp[m, n](
    xs: float[m, n],
    labels: int[m],
    hidden: int = 16,
    classes: int = 2,
    epochs: int = 200,
    rate: float = 0.01
) -> (float[n, hidden], float[hidden], float[hidden, classes], float[classes]) {
    var w1 = normal(0.0, 1.0 / sqrt(n), [n, hidden]);
    var b1 = zeros(hidden);
    var w2 = normal(0.0, 1.0 / sqrt(hidden), [hidden, classes]);
    var b2 = zeros(classes);
    optimize (w1, b1, w2, b2) with adam(lr: rate), steps: epochs {
        let scores = mlp_scores(xs, w1, b1, w2, b2);
        minimize mean([cross_entropy(score, label) for (score, label) in zip(scores, labels)]);
    }
    return (w1, b1, w2, b2);
}

/// Ten points with two features, a number and a class each.
fn example() -> (float[10, 2], float[10], int[10]) {
    let xs = [
        [0.2, 1.1],
        [0.5, -0.3],
        [1.4, 0.7],
        [-0.6, 0.9],
        [-1.2, -0.4],
        [0.9, 1.8],
        [-0.1, 0.3],
        [1.7, -1.0],
        [-0.8, -1.5],
        [0.4, 0.6],
    ];
    return (xs, [1.3, 0.1, 2.2, 0.4, -1.1, 2.6, 0.35, 0.9, -2.3, 1.05], [1, 0, 1, 1, 0, 1, 0, 0, 0, 1]);
}

test "ridge regression is that of scikit-learn 1.9" {
    let (xs, ys, labels) = example();
    let (w, b) = ridge(xs, ys, alpha: 0.5);
    assert_close(w, [0.89646586, 0.91483462], 1e-8);
    assert_close(b, 0.13358457688582892, 1e-12);
}

test "logistic regression is that of scikit-learn 1.9" {
    let (xs, ys, labels) = example();
    let (w, b) = logistic_regression(xs, labels, c: 2.0);
    assert_close(w, [0.39366302, 1.97870864], 1e-7);
    assert_close(b, -0.62490932, 1e-7);
}

test "logistic regression stays finite where a line parts the classes" {
    let (w, b) = logistic_regression([[-2.0], [-1.0], [1.0], [3.0]], [0, 0, 1, 1], c: 1000.0);
    assert(w[0] > 3.0 and w[0] < 100.0);
    assert(abs(b) < 2.0 * w[0]);
}

test "a support vector machine is that of scikit-learn 1.9" {
    let (xs, ys, labels) = example();
    let signs = 2.0 * labels - 1.0;
    let new = [[0.0, 0.0], [1.0, 1.0], [-1.0, 0.5]];
    let (a, b) = svm(rbf(xs, xs, 0.7), signs, c: 1.5, tolerance: 1e-10);
    assert_close(rbf(new, xs, 0.7) @ a + b, [-0.721623557117, 1.347776747072, 0.152932525676], 1e-6);
    assert_close(b, -0.14689895, 1e-6);
    let (narrow, offset) = svm(rbf(xs, xs, 0.7), signs, c: 0.4, tolerance: 1e-10);
    assert_close(
        rbf(new, xs, 0.7) @ narrow + offset,
        [-0.346092397485, 0.777025498108, -0.132389395905],
        1e-8,
    );
}

test "a perceptron learns what no line parts" {
    let xs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let labels = [0, 1, 1, 0];
    let (w1, b1, w2, b2) = mlp(xs, labels, hidden: 8, epochs: 300, rate: 0.05);
    assert(all([argmax(score) for score in mlp_scores(xs, w1, b1, w2, b2)] == labels));
}
