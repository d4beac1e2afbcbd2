fn main() {
    var w = 0.5;
    let steps = 3;
    optimize w with adam(lr: 0.1), steps=steps {
        minimize w ** 2;
    }
}
