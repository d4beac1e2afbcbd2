fn repeated(x: float) -> float {
    var sum = 0.0;
    for i in 0..int(x) {
        sum += x;
    }
    return sum;
}
fn main() {
    let x = 3.7;
    let (value, slope) = grad float(int(x)) + repeated(x) wrt x;
    print(slope);
}
