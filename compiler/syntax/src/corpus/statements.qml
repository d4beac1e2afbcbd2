// Every form of a statement, a pattern and a modifier.
fn classical() -> int {
    let x = 1;
    let y: float = 2.0;
    var z = 3;
    var (a, (b, _)): (int, (int, int)) = (1, (2, 3));
    let (train, test) = split(data, 0.5, seed: 1);
    let _ = x;
    z = 4;
    z += 1;
    z -= 1;
    z *= 2;
    z /= 2;
    (a, b) = (b, a);
    m.w[0, 1..2].x = 3;
    print(x);
    f(x)(y)[0].z;
    if x == 1 { return 2; }
    if x == 1 { } else { }
    if x == 1 { } else if y > 2.0 { } else if z < 3 { break; } else { continue; }
    for i in 0..10 { print(i); }
    for i in a - 1..b + 1 { }
    for (x, y) in zip(xs, ys) { }
    for _ in xs { }
    while true and not false { }
    if test { } else { test(); }
    return x;
}
fn nothing() { return; }
gate quantum(a: qubit, b: qubit, q: qubit[3]) {
    adjoint u(x, q);
    control(a) u(x, q);
    control(a, not b) u(x, q);
    power(3) u(x, q);
    adjoint control(a, not b,) power(-k) std.gates.u(x, q);
    adjoint { h(q); s(q); }
    control(q[0..2]) { h(q[2]); }
    within { h(q); } apply { z(q[0]); }
    adjoint within { h(q); } apply { control(a) within { x(b); } apply { z(a); } }
}
fn training() {
    optimize theta with adam(lr: 0.1), steps: steps { minimize expect(h, prepare(theta)); }
    optimize m.w with opt { maximize f(m.w); }
    optimize w with adam(), steps: (n), metrics: (test: f(w), over: (w, b)[0],) { minimize g(w); }
    optimize (w, b) with adam(lr: 0.05), epochs: 40, patience: 5, checkpoint: "model.ckpt" over (xs, ys) in batches((data, labels), 16) {
        let scores = [score(w, b, x) for x in xs];
        minimize mean([(score(w, b, x) - y) ** 2 for (x, y) in zip(xs, ys)]);
    }
    optimize (m.w, m.over.power, b) with sgd(), over: 1, with: 2 over i in 0..n + 1 { minimize f(i); }
}
