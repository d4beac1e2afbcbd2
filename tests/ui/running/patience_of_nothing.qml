fn main() {
    var w = 1.0;
    optimize w with adam(lr: 0.1), steps: 3, patience: 1 - 1 { minimize w ** 2; }
}
