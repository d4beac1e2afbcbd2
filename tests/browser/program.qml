// A program with something of everything that a report shows.

param rate: float = 0.1;

kernel layered[l, n](theta: float[l, 2, n]) -> qubit[n] {
    let q = qubit[n];
    for k in 0..l {
        ry(theta[k, 0], q);
        rz(theta[k, 1], q);
        for i in 0..n - 1 { cx(q[i], q[i + 1]); }
    }
    return q;
}

kernel corrected(angle: float) -> qubit[1] {
    let q = qubit[1];
    let helper = qubit[1];
    rx(angle, q[0]);
    cx(q[0], helper[0]);
    if measure(helper[0]) { x(q[0]); } else { rz(0.5 * angle, q[0]); }
    return q;
}

fn main() {
    let h = sum([Z(i) * Z(i + 1) for i in 0..3]) + 0.7 * sum([X(i) for i in 0..4]);
    var theta = uniform(-pi, pi, [3, 2, 4]);
    let exact = ground_energy(h);
    optimize theta with adam(lr: rate), steps: 60, metrics: (gap: expect(h, layered(theta)) - exact) {
        minimize expect(h, layered(theta));
    }
    print("E = {expect(h, layered(theta)):.6}, exact {exact:.6}");
    let outcomes = counts(layered(theta), shots: 1000);
    histogram(outcomes, title: "Outcomes", y_label: "shots");
    let x = linspace(-pi, pi, 30);
    plot(x, [expect(Z(0), corrected(a)) for a in x], title: "Corrected", x_label: "angle", y_label: "Z");
    let points = normal(0.0, 1.0, [60, 2]);
    let grid = linspace(-3.0, 3.0, 40);
    let scores = [[a * a - b for a in grid] for b in grid];
    decision_boundary(
        grid,
        grid,
        scores,
        points,
        [int(p[0] ** 2 > p[1]) for p in points],
        title: "A boundary",
    );
}
