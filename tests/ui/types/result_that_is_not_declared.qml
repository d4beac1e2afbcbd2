fn twice(x: float) {
    return 2 * x;
}

fn sum_of(a: float, b: float, c: float) -> float {
    return a + b + c;
}

kernel k() {
    let q = qubit[1];
    return q;
}

fn main() {
    print(twice(1.0));
    print(sum_of(1.0));
    print(probs(k()));
}
