kernel k() { rx(q[0], 0.3); }

fn main() { print(counts(k(), shots: 10)); }
