fn main() {
    var (w, b) = ([1.0, 2.0], 0.5);
    optimize (w, b) with sgd(lr: 1.0), steps: 4, patience: 3, validate: sqrt(b) {
        minimize sum(w ** 2) + b;
    }
}
