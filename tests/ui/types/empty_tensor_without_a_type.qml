fn main() {
    let xs = [];
    print(xs);
}
