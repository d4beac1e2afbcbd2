fn main() {
    let x = [1.0, 2.0];
    print(x[2]);
}
