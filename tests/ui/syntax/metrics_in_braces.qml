fn main() {
    var x = 2.0;
    optimize x with adam(lr: 0.1), steps: 10, metrics: { distance: abs(x) } { minimize x * x; }
}
