fn f(x: float[2]) -> float {
    return sum(x ** 2);
}

fn main() {
    var x = [1.0, 2.0];
    optimize x with sgd(lr: 0.1), steps: 10 { minimise(sum(x ** 2)); }
    print(hessian(f, x));
}
