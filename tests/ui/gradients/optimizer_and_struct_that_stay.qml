struct Model { w: float, layers: int }

fn main() {
    let o = lbfgs();
    var m = Model(w: 1.0, layers: 2);
    optimize m.w with o, steps: 3 { minimize m.w ** 2; }
    let (_, g) = grad m.w ** 2 wrt m;
    print(g);
}
