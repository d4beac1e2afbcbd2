fn main() {
    var x: float[?] = [1.0, 2.0];
    x = append(x, 3.0);
    print(x + [1.0, 2.0]);
}
