kernel turn() -> qubit[1] {
    let q = qubit[1];
    h;
    return q;
}

fn main() {
    print(x);
    print(turn);
}
