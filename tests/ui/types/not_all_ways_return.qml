fn sign_of(x: float) -> int {
    if x > 0.0 {
        return 1;
    }
}
fn main() {
    print(sign_of(1.0));
}
