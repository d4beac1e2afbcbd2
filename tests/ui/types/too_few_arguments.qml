fn f(a: float, b: float) -> float {
    return a * b;
}
fn main() {
    print(f(1.0));
}
