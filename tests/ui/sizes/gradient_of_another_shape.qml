fn f(w: float[2]) -> float[4] { return [w[0], w[1], w[0] * w[1], 1.0]; }

fn main() {
    var w = [0.1, 0.2];
    let (_, g) = grad f(w) wrt w;
    w -= 0.1 * g;
    print(w);
}
