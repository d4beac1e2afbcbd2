kernel deep(n: int, rounds: int) -> qubit[n] {
    let q = qubit[n];
    for k in 0..rounds {
        for i in 0..n {
            ry(0.3, q[i]);
        }
        for i in 0..n - 1 {
            cz(q[i], q[i + 1]);
        }
    }
    return q;
}

fn main() {
    print("{expect(X(5), deep(10, 3)):.2}");
}
