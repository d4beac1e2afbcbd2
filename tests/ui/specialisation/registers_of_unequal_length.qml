kernel k(n: int, m: int) -> qubit[n] {
    let a = qubit[n];
    let b = qubit[m];
    cx(a, b);
    return a;
}
fn main() {
    print(probs(k(2, 3)));
}
