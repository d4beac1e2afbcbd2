kernel k() -> qubit[1] {
    return qubit[1];
}

fn main() {
    let c = counts(k(), shots: 3);
    for (outcome, n) in c {
        print(n);
    }
    print(c["00"]);
}
