fn half(a: int) -> float {
    assert(a * 2 == 5);
    return a / 2;
}
fn main() {
    print(half(2));
}
