kernel ghz3[n]() -> qubit[n] {
    return qubit[n];
}

kernel k() -> qubit[1] {
    return qubit[1];
}

fn main() {
    print(expect(k(), Z(0)));
    print(probs(k())["00"]);
    print(probs(ghz3[3]()));
    var xs = [1.0, 2.0];
    xs.append(3.0);
    for i in range(3) {
        print(i);
    }
}
