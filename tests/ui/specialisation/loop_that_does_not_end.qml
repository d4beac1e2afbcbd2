kernel k(n: int) -> qubit[1] {
    let q = qubit[1];
    var i = 0;
    while i < n {
        x(q);
    }
    return q;
}
fn main() {
    print(probs(k(3)));
}
