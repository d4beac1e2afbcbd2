// Jacobians of a thousand numbers by one to three: of a comprehension, and of the outcomes of ten qubits.

kernel turned(a: float, b: float, c: float) -> qubit[10] {
    let q = qubit[10];
    for layer in 0..3 {
        ry(a, q);
        rx(b, q);
        for i in 0..9 {
            cx(q[i], q[i + 1]);
        }
        rz(c, q);
    }
    return q;
}

fn curve(a: float, b: float, c: float, ts: float[1000]) -> float[1000] {
    return [a * sin(b * t) * exp(-c * t) for t in ts];
}

fn main() {
    let ts = linspace(0.0, 4.0, 1000);
    let a = 0.9;
    let b = 1.3;
    let c = 0.4;
    let s0 = elapsed();
    let (_, by_one) = grad curve(a, b, c, ts) wrt b;
    let s1 = elapsed();
    let (_, by_two) = grad curve(a, b, c, ts) wrt (a, b);
    let s2 = elapsed();
    let (_, by_three) = grad curve(a, b, c, ts) wrt (a, b, c);
    let s3 = elapsed();
    let (_, outcomes_by_one) = grad probs(turned(a, b, c)) wrt b;
    let s4 = elapsed();
    let (_, outcomes_by_two) = grad probs(turned(a, b, c)) wrt (a, b);
    let s5 = elapsed();
    let (_, outcomes_by_three) = grad probs(turned(a, b, c)) wrt (a, b, c);
    let s6 = elapsed();
    let (_, two) = by_two;
    let (_, _, three) = by_three;
    let (_, outcomes_two) = outcomes_by_two;
    let (_, _, outcomes_three) = outcomes_by_three;
    print("{norm(by_one):.9} {norm(two):.9} {norm(three):.9}");
    print("{norm(outcomes_by_one):.9} {norm(outcomes_two):.9} {norm(outcomes_three):.9}");
    print("curve by 1, 2, 3: {1000.0 * (s1 - s0):.2} {1000.0 * (s2 - s1):.2} {1000.0 * (s3 - s2):.2} ms");
    print("probs by 1, 2, 3: {1000.0 * (s4 - s3):.2} {1000.0 * (s5 - s4):.2} {1000.0 * (s6 - s5):.2} ms");
}
