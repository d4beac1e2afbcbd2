kernel k() -> qubit[2] {
    let q = qubit[2];
    qft(q);
    angle([1.0, 2.0], q);
    return q;
}

fn main() {
    print(ground_energy(h2(0.735)));
}
