kernel wide() -> qubit[13] {
    let q = qubit[13];
    h(q);
    return q;
}

fn main() {
    print(expect(Z(0), wide()));
}
