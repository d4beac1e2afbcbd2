kernel k() -> qubit[2] {
    return qubit[2];
}

fn main() {
    let p = k();
    print(p[0]);
    print(p + 1);
    print(expect("ZZ", p));
    print(expect(Z(0), [k(), k()]));
}
