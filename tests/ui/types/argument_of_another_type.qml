fn half(x: float) -> float {
    return x / 2;
}
fn main() {
    print(half("three"));
}
