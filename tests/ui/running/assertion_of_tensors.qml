fn main() {
    let p = linspace(0.0, 1.0, 20);
    assert(len(p) == 20 and all(p + 0.5 < 1.2), "stays small");
}
