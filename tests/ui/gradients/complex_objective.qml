kernel k(a: float) -> qubit[1] { let q = qubit[1]; rx(a, q[0]); return q; }

fn main() {
    let a = 0.3;
    let (_, g) = grad state(k(a)) wrt a;
    print(g);
}
