fn main() {
    let n = 3;
    let (v, g) = grad sin(1.0 * n) wrt n;
    print(g);
}
