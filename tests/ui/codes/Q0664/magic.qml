kernel magic() -> qubit[2] {
    let q = qubit[2];
    h(q[0]);
    t(q[0]);
    cx(q[0], q[1]);
    return q;
}

fn main() {
    print(probs(magic()));
}
