fn main() {
    var w = 0.0;
    optimize w with adam(lr: 0.1), steps: 3 over x in [1.0, 2.0] { minimize (w - x) ** 2; }
    print(w);
}
