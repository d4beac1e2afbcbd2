kernel walk() -> qubit[1] {
    let q = qubit[1];
    for i in 0..21 {
        h(q[0]);
        let step = measure(q[0]);
    }
    h(q[0]);
    return q;
}

fn main() {
    print(expect(Z(0), walk()));
}
