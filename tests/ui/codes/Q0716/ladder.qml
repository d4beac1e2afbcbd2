param layers: int = 2;

kernel ladder(theta: float[layers]) -> qubit[2] {
    let q = qubit[2];
    for layer in 0..layers {
        ry(theta[layer], q);
        cz(q[0], q[1]);
    }
    return q;
}
fn main() {
    print(expect(Z(0), ladder(zeros(layers))));
}
