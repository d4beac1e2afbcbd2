fn scaled[n](parts: (float[n], float[2 * n]), k: int) -> float {
    let (a, b) = parts;
    return sum(a) + k * sum(b);
}
fn main() {
    let a = float(where_true([true, false, true]));
    print(scaled((a, ones([2 * len(a)])), 2));
    print(scaled((a, ones([len(a) + 1])), 2));
}
