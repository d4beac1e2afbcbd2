fn main() {
    var x = 1.0;
    optimize x with sgd(lr: 0.1), steps: 10 { minimise x ** 2; }
}
