// Values whose shapes are known only while the program runs have the shapes that are declared for them.

struct S { w: float[3] }

fn result(n: int) -> float[n] { return float(where_true([true, true, true])) + zeros([3]); }

fn pair(n: int) -> (float[n], int) { return (ones([3]), 1); }

fn field(n: int) -> S { return S(w: ones([n])); }

kernel bits(n: int) -> bool[n] {
    let q = qubit[3];
    x(q[2]);
    return measure(q);
}

kernel register(n: int) -> qubit[n] {
    let q = qubit[3];
    return q;
}

test "what fits" {
    assert(len(result(3)) == 3);
    let (a, b) = pair(3);
    assert(len(a) == 3);
    assert(all(field(3).w == 1.0));
    assert(all(run(bits(3)) == [false, false, true]));
    assert(len(probs(register(3))) == 8);
    let n = len(where_true([true, true]));
    let x: float[2] = ones([n]);
    var y = [1.0, 2.0];
    y = x;
    y += float(where_true([true]));
    var s = field(3);
    s.w += float(where_true([true]));
    s.w = ones([n + 1]);
    assert(sum(y) + sum(s.w) == 5.0);
}

fn outer_slopes[n](w: float[n]) -> float[n] {
    let (v, g) = grad sum([w * float(i) for i in 0..3]) wrt w;
    return g;
}

fn divides[n, m](a: float[n], b: float[m]) -> bool where n == 0 or m % n == 0 {
    return true;
}

test "sizes in an objective, and conditions that stop early" {
    assert_close(outer_slopes([1.0, 2.0]), [3.0, 3.0], 1e-12);
    let nothing = float(where_true([false]));
    assert(divides(nothing, float(where_true([true]))));
}
