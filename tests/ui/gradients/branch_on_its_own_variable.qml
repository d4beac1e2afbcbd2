fn step(x: float) -> float {
    let high = x > 0.5;
    if high {
        return 1.0;
    }
    return 2.0;
}
fn main() {
    let x = 0.3;
    let (value, slope) = grad step(x) wrt x;
    print(slope);
}
