// Losses beyond those of the prelude (`mse`, `cross_entropy`).

/// Mean hinge loss max(0, 1 - label * score), labels -1 or 1.
fn hinge[m](scores: float[m], labels: float[m]) -> float {
    return mean(relu(1.0 - labels * scores));
}

/// Mean logistic loss log(1 + exp(-label * score)), labels -1 or 1.
fn logistic[m](scores: float[m], labels: float[m]) -> float {
    return mean(log(1.0 + exp(-labels * scores)));
}

/// Mean absolute error.
fn mae[m](predicted: float[m], actual: float[m]) -> float {
    return mean(abs(predicted - actual));
}

test "losses of a known case" {
    assert_close(hinge([2.0, 0.5], [1.0, -1.0]), 0.75, 1e-12);
    assert_close(logistic([0.0], [1.0]), log(2.0), 1e-12);
    assert_close(mae([1.0, 2.0], [0.0, 4.0]), 1.5, 1e-12);
}
