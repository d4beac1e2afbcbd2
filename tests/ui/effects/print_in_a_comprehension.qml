fn shown(i: int) -> int {
    print(i);
    return i;
}
fn main() {
    let xs = [shown(i) for i in 0..3];
    print(xs);
}
