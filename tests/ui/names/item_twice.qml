fn f() -> int { return 1; }
fn f() -> int { return 2; }
fn main() {
    print(f());
}
