struct Layer { w: float[4], b: float }
struct Params { l1: Layer, l2: Layer }
kernel model(p: Params) -> qubit[4] {
    let q = qubit[4];
    ry(p.l1.w, q);
    ry(p.l1.b, q[0]);
    cx(q[1], q[0]);
    ry(p.l2.w, q);
    rx(p.l2.b, q[0]);
    return q;
}
fn main() {
    let layer = Layer(w: [0.1, 0.2, 0.3, 0.4], b: 0.5);
    var p = Params(l1: layer, l2: layer);
    optimize p.l2 with adam(lr: 0.1), steps: 2 {
        minimize expect(Z(0), model(p));
    }
    let (e, g) = grad expect(Z(0) * Z(1), model(p)) wrt p;
    print(e, g.l1.b);
}
