@qml.qnode(dev)
kernel k() -> qubit[1] {
    return qubit[1];
}

def f(x):
    return x

let n = 3;

fn twice(x: float) -> float = 2 * x;

fn main() {
    print(f(n) + twice(1.0));
    fn g() { }
    g();
}
