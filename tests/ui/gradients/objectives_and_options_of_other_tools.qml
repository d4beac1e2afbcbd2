kernel k(w: float) -> qubit[1] {
    let q = qubit[1];
    ry(w, q);
    return q;
}

fn main() {
    var w = 1.0;
    optimize w with adam(lr: 0.1), iterations: 100 {
        minimize expect(Z(0), k(w));
    }
    optimize w with adam(lr: 0.1), steps: 100 {
        expect(Z(0), k(w));
    }
    optimize w with adam(lr: 0.1), steps: 100 {
        minimize k(w);
    }
    var opt = adam(lr: 0.1);
    w = opt.step(k, w);
}
