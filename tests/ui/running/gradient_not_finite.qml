struct Layer { w: float[20], b: float }
struct Model { first: Layer, scale: float }
fn main() {
    var m = Model(first: Layer(w: ones([20]), b: 0.0), scale: 2.0);
    optimize m with adam(lr: 0.1), steps: 3 {
        minimize sqrt(m.first.b) + sum(m.first.w);
    }
}
