kernel k[n](v: float[n]) {
    let q = qubit[3];
    x(q[-1]);
    let r = qubit[n];
    x(r[-1]);
}

fn last(xs: float[?]) -> float { return xs[-1]; }

fn main() { print(counts(k([0.1]), shots: 10)); print(last([1.0])); }
