kernel k() -> qubit[1] { let q = qubit[1]; h(q[0]); return q; }

fn main() { print(expect(z(0), k())); }
