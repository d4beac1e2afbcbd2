fn main() {
    let xs = [1.0, 2.0];
    print(std(xs), identity(2), size(xs), average(xs), length(xs));
    print(map(sin, xs), randn(3), rand(3), type(xs), str(3), random());
    print(eigvals([[1.0]]), jacobian(xs), ground_state_energy(Z(0)));
}

kernel k() -> qubit[3] {
    let q = qubit[3];
    rot(0.1, 0.2, 0.3, q[0]);
    mcx(q[0], q[1], q[2]);
    return q;
}
