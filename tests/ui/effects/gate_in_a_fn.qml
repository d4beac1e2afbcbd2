fn main() {
    let q = qubit[1];
    h(q[0]);
}
