// Value and gradient by one number through a loop of a million rounds: time, and with `/usr/bin/time -v` the memory.

fn relaxed(a: float, rounds: int) -> float {
    var x = a;
    for i in 0..rounds {
        x = x + 0.001 * (a - sin(x));
    }
    return x;
}

fn main() {
    let a = 0.7;
    let start = elapsed();
    let (x, slope) = grad relaxed(a, 1000000) wrt a;
    let end = elapsed();
    print("{x:.9} {slope:.9}, {1000.0 * (end - start):.2} ms");
}
