fn main() {
    let (a, b) = (1.0, 2.0);
    let (_, g) = grad a * b wrt [a, b];
    print(g);
}
