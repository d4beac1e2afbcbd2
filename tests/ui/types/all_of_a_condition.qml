fn f(x: float[2]) -> float[2] { return 2.0 * x; }

fn main() {
    let x = [1.0, 2.0];
    assert(f(x) == [2.0, 4.0]);
    let (train, test) = split(x, x, 0.5);
    print(train, test);
}

kernel k() { let q = qubit[1]; h(q[0]); }
fn shots() { print(counts(k(), shots: 1e3)); }
