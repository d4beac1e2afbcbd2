kernel k() -> qubit[1] {
    let q = qubit[2];
    return q[0];
}

fn main() { print(probs(k())); }
