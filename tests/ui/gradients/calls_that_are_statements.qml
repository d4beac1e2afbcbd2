fn cost(w: float) -> float {
    return w ** 2;
}

fn main() {
    var w = 1.0;
    let a = grad(cost(w), wrt: w);
    let b = minimize(cost, w);
}
