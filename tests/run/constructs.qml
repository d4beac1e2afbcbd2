// Constructs of the language, one test each: what is written on the left is what stands on the right.

struct Point { x: float, y: float[2] }
struct Place { at: Point, n: int, name: string, open: bool }

const EVENS = [2 * k for k in 0..4];

test "structs are shown with their names, also in tensors and tuples" {
    let p = Point(x: 1.0, y: [2.0, 3.0]);
    assert("{p}" == "Point {{ x: 1.0, y: [2.0, 3.0] }}");
    assert("{[p, 2.0 * p]}" == "[Point {{ x: 1.0, y: [2.0, 3.0] }}, Point {{ x: 2.0, y: [4.0, 6.0] }}]");
    assert("{[[p]]:.1}" == "[[Point {{ x: 1.0, y: [2.0, 3.0] }}]]");
    assert("{(1, [p])}" == "(1, [Point {{ x: 1.0, y: [2.0, 3.0] }}])");
}

test "fields and elements inside of fields are assigned, and copies keep what they had" {
    let before = Place(at: Point(x: 1.0, y: [2.0, 3.0]), n: 3, name: "here", open: true);
    var after = before;
    after.at.y[1] = 7.0;
    after.at.x += 2.0;
    after.n = 5;
    assert(after.at.y[1] == 7.0 and after.at.x == 3.0 and after.n == 5);
    assert(before.at.y[1] == 3.0 and before.at.x == 1.0 and before.n == 3);
}

test "tensors of tuples, strings and bools" {
    var edges = [(1, 2.0), (3, 4.0)];
    edges[0] = (5, 6.0);
    assert("{edges}" == "[(5, 6.0), (3, 4.0)]");
    assert(any([true, false]) and not all([true, false]));
}

test "further clauses of a comprehension give one flat list" {
    let sums = [i + j for i in 0..3 for j in i..3 if (i + j) % 2 == 0];
    assert(all(sums == [0, 2, 2, 4]));
    assert(all(EVENS == [0, 2, 4, 6]));
}

test "slices and gathers" {
    let a = [[i * 10 + j for j in 0..4] for i in 0..3];
    assert(all(a[1, ..] == [10, 11, 12, 13]) and all(a[.., 2] == [2, 12, 22]));
    assert(all(a[1..3, 1..3] == [[11, 12], [21, 22]]) and all(a[[2, 0]] == [[20, 21, 22, 23], [0, 1, 2, 3]]));
    var b = a;
    b[0, ..] = [9, 9, 9, 9];
    b[1.., 0] = [7, 8];
    assert(all(b[.., 0] == [9, 7, 8]) and a[0, 0] == 0);
}

test "names may be of any script, and exchange places" {
    let θ = 1.5;
    var ψ0 = 2.0 * θ;
    var b = 1.0;
    (ψ0, b) = (b, ψ0);
    assert(ψ0 == 1.0 and b == 3.0);
}

test "arithmetic of ints" {
    assert(7 / 2 == 3.5 and div(-7, 2) == -4 and -7 % 3 == 2 and 2 ** 10 == 1024 and -2 ** 2 == -4);
    assert(0x1f == 31 and 0b101 == 5 and 1_000 == 1000);
}

test "formats" {
    assert("{3:5d}|{3:<5d}|{3:^5d}|" == "    3|3    |  3  |");
    assert("{1.5:8.3f}|{1.5:e}|{0.000123:g}|{0.25:.1%}" == "   1.500|1.500000e+00|0.000123|25.0%");
    assert("{-0.001:.2}" == "0.00" and "{-0.0}" == "0.0" and "{12345678.9:.0}" == "12345679");
}

fn twice(f: fn(float) -> float, x: float) -> float { return f(f(x)); }
fn shifted(x: float, by: float = 1.0) -> float { return x + by; }
fn half(x: float) -> float { return 0.5 * x; }
fn factorial(n: int) -> int {
    if n <= 1 { return 1; }
    return n * factorial(n - 1);
}

test "functions by name, defaults, recursion" {
    assert(twice(half, 3.0) == 0.75 and shifted(1.0) == 2.0 and shifted(by: 0.5, x: 1.0) == 1.5);
    assert(factorial(10) == 3628800);
}

gate x(t: float, q: qubit) { rx(t, q); }

kernel shadows() -> qubit[1] {
    let q = qubit[1];
    let h = 0.3;
    h(q[0]);
    h(q[0]);
    x(h, q[0]);
    return q;
}

test "callables and values have separate names, and items shadow the prelude" {
    assert_close(expect(Z(0), shadows()), cos(0.3), 1e-12);
}

kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 0..n - 1 { cx(q[i], q[i + 1]); }
    return q;
}

kernel with_bits(n: int) -> (qubit[n], bool, bool[2]) {
    let q = ghz(n);
    let a = qubit[3];
    ry(pi, a[0..2]);
    return (q, measure(a[0]), measure(a[1..3]));
}

test "a run gives the kernel's result" {
    let (register, bit, bits) = run(with_bits(2));
    assert(register[0] == register[1] and bit and bits[0] and not bits[1]);
    assert_close(probs(with_bits(2))[3], 0.5, 1e-12);
    assert(all(samples(with_bits(2), shots: 5)[.., 2..] == [true, true, false]));
}

fn with_defaults(xs: float[3] = [0.5 * float(i) for i in 0..3], n: int = sum([i for i in 0..4])) -> float {
    return sum(xs) + float(n);
}

kernel tilted_by_default(xs: float[2] = [0.1 * float(i + 1) for i in 0..2]) -> qubit[2] {
    let q = qubit[2];
    ry(xs, q);
    return q;
}

test "comprehensions in defaults" {
    assert_close(with_defaults(), 7.5, 1e-12);
    assert_close(with_defaults(n: 1), 2.5, 1e-12);
    assert_close(expect(Z(1), tilted_by_default()), cos(0.2), 1e-12);
}
