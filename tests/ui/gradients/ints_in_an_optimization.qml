fn main() {
    var a = 0;
    optimize a with adam(lr: 0.1), steps: 3 {
        minimize a ** 2;
    }
    var w = 1.0;
    optimize w with adam(lr: 0.1), steps: 3 {
        return w ** 2;
    }
}
