fn main() {
    let x = [1.0, 2.0];
    print(max(1, 2), min(1.0, 2.0), max(x, 0.0), max(3, 4, 5));
    print(zeros(2, 3), uniform(0.0, 1.0, 2, 3));
    print(sin(1.0, 2.0));
}
