kernel k() {
    let q = qubit[2];
    let b = measure(q[0]);
    let i = if b then 1 else 0;
    x(q[i]);
}

fn main() { print(counts(k(), shots: 10)); }
