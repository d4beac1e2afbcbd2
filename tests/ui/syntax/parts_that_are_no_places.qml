fn main() {
    var w = [1.0, 2.0];
    let (a, g) = grad sum(w) wrt w[0];
    let (b, d) = grad 0.3 ** 2 wrt 0.3;
    let (c, e) = grad sum(w) wrt w using adjoint;
    optimize w[1] with adam(lr: 0.1), steps: 3 {
        minimize sum(w);
    }
}
