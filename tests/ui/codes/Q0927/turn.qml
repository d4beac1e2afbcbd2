kernel turn(a: float) -> qubit[1] {
    let q = qubit[1];
    ry(a, q[0]);
    return q;
}

fn main() {
    let start: float[1] = load("start.json");
    var a = start[0];
    optimize a with spsa(), steps: 3 {
        minimize expect(Z(0), turn(a), shots: 10);
    }
    print(a);
}
