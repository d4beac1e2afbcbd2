kernel k[n](v: float[n], layers: int) { let q = qubit[n]; for _ in 0..layers { ry(v, q); } }

fn main() { print(counts(k(3, [0.1]), shots: 10)); }
