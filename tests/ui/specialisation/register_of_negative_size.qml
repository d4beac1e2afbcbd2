kernel k(n: int) -> qubit[n] {
    let q = qubit[n];
    return q;
}
fn main() {
    print(probs(k(-1)));
}
