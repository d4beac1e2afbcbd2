kernel k(theta: float[n]) -> qubit[n] {
    let q = qubit[n];
    ry(theta, q);
    return q;
}

gate g[m](q: qubit[m], x: float[n]) {
    h(q);
}

fn main() {
    print(probs(k([0.1, 0.2])));
}
