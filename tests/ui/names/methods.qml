kernel k(theta: float[2]) -> qubit[2] {
    let q = qubit[2];
    q[0].h();
    q.cx(0, 1);
    q.rx(0.3, 0);
    x(q[1]).c_if(1);
    return q;
}

fn main() {
    let m = [[1.0, 2.0], [3.0, 4.0]];
    print(m.T);
    print(m.sum());
    print("a".format(m));
    print(probs(k[2]([0.1, 0.2])));
    print(sin(0.1)(0.2));
}
