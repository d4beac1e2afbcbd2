struct Model { w: float[2], b: float }
fn main() {
    let m = Model(w: [0.0; 2], b: 1.0);
    print(m.bias);
}
