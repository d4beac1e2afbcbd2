fn main() {
    var w = 1.0;
    optimize w with adam(lr: 0.1), steps: 3, tolerance: -1.0 { minimize w ** 2; }
}
