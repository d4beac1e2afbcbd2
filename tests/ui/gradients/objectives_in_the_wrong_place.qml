fn main() {
    var w = 0.0;
    optimize w with adam(lr: 0.1), steps: 10 { minimize (w - 1.0) ** 2; print(w); }
    let c = true;
    optimize w with adam(lr: 0.1), steps: 10 { if c { minimize w; } else { minimize abs(w); } }
    optimize w with adam(lr: 0.1), steps: 10 { minimize w; minimize abs(w); }
    optimize w with adam(lr: 0.1), steps: 10 { let y = w; }
}
