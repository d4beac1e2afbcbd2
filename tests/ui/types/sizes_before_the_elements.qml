fn main() {
    let n = 2;
    let t: [n, 2]float = [[0.0; 2]; n];
    print(t);
}
