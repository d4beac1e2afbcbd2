// The matrix of fidelities of 102 samples on ten qubits.

kernel embedding[n](x: float[n]) -> qubit[n] {
    let q = qubit[n];
    for _ in 0..2 {
        h(q);
        rz(x, q);
        for i in 0..n - 1 {
            rzz(x[i] * x[i + 1], q[i], q[i + 1]);
        }
    }
    return q;
}

param calls: int = 1;

fn main() {
    let xs = reshape([2.0 * sin(float(i + 1)) for i in 0..1020], [102, 10]);
    var k = zeros([102, 102]);
    var times = zeros(calls);
    for i in 0..calls {
        let start = elapsed();
        k = gram([embedding(x) for x in xs]);
        times[i] = elapsed() - start;
    }
    // Which says where a number stands as well.
    let signs = [cos(float(i)) for i in 0..102];
    print("{dot(signs, k @ signs):.12} {median(times):.6}");
}
