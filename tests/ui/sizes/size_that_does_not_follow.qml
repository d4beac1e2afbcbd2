fn f[n](x: float) -> float[n] {
    return [x; n];
}
fn main() {
    print(f(1.0));
}
