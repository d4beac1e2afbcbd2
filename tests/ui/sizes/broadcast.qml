fn main() {
    let x = [1.0, 2.0, 3.0];
    let y = [1.0, 2.0];
    print(x + y);
}
