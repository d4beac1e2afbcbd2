struct Model {
    w: float[2];
    b: float;
}

fn main() {
    print(Model(w: [1.0, 2.0], b: 0.0));
}
