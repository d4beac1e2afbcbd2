fn cost(w: float) -> float {
    return w ** 2;
}

kernel k() -> qubit[1] {
    return qubit[1];
}

fn main() {
    var w = 1.0;
    let (value, slope) = grad cost wrt w;
    print(probs(k));
    optimize w with adam, steps: 3 {
        minimize cost(w);
    }
}
