fn main() {
    var (opt, w) = (sgd(lr: 0.1), [1.0, 0.0]);
    let (_, g) = grad sum(sqrt(w)) wrt w;
    (opt, w) = step(opt, w, g);
    print(w);
}
