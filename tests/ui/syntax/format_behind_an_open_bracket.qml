fn main() {
    (
    print("{1:.3q}");
}

fn broken() {
    let x = [
    print("{x:.3q} {y");
    return x;
}
