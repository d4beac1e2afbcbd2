kernel k() -> bool {
    let q = qubit[2];
    if q[0] { x(q[1]); }
    return measure(q[1]);
}

fn main() {
    if k() { print("yes"); }
    let b: bool = k();
    print(not k(), b);
}
