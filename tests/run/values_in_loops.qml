// What is assigned is a copy, and a choice is one of both, also in loops that do nothing but arithmetic with elements.

struct Model { w: float[2], b: float }

kernel turned(t: float) -> qubit[1] {
    let q = qubit[1];
    ry(t, q);
    return q;
}

fn minus(a: float, m: float[2]) -> float {
    for i in 0..2 {
        var v = m;
        v[0] -= a;
    }
    return a * a;
}

fn with_calls(a: float, row: float[2]) -> float {
    var s = 0.0;
    for i in 0..3 {
        let e = expect(Z(0), turned(a));
        var v = row;
        v[1] += e;
        s += v[1];
    }
    return s + 100.0 * row[1];
}

test "a copy of a tensor around the loop" {
    let m = [1.0, 2.0];
    var s = 0.0;
    for i in 0..3 {
        var v = m;
        v[0] += 1.0;
        s += v[0];
    }
    assert(all(m == [1.0, 2.0]));
    assert(s == 6.0);
    let counts = [1, 2];
    for i in 0..1 {
        var v = counts;
        v[0] = 7;
    }
    assert(all(counts == [1, 2]));
}

test "a variable that is set back" {
    let m = [0.0; 100];
    var v = m;
    var s = 0.0;
    for i in 0..100 {
        for j in 0..100 {
            v = m;
            v[j] += 1.0;
            s += v[j];
        }
        v = m;
    }
    assert(s == 10000.0);
    assert(sum(m) == 0.0 and sum(v) == 0.0);
}

test "a while loop" {
    let m = [1.0, 2.0];
    var (s, i) = (0.0, 0);
    while i < 3 {
        var v = m;
        v[i % 2] += 1.0;
        v[0] += 1.0;
        s += v[0];
        i += 1;
    }
    assert(all(m == [1.0, 2.0]));
    assert(s == 8.0);
}

test "fields of structs" {
    let model = Model(w: [1.0, 2.0], b: 0.5);
    var s = 0.0;
    for i in 0..3 {
        var n = model;
        n.w[0] += 1.0;
        s += n.w[0];
    }
    assert(all(model.w == [1.0, 2.0]) and s == 6.0);
}

test "tensors of the caller" {
    let m = [1.0, 2.0];
    assert(minus(0.5, m) == 0.25);
    assert(all(m == [1.0, 2.0]));
}

test "with calls of kernels" {
    let row = [0.25, 0.5];
    let a = 0.3;
    let (value, slope) = grad with_calls(a, row) wrt a;
    assert(abs(value - with_calls(a, row)) < 1e-12);
    assert(abs(value - (51.5 + 3.0 * cos(a))) < 1e-12);
    assert(abs(slope + 3.0 * sin(a)) < 1e-12);
    assert(all(row == [0.25, 0.5]));
}

test "one of two tensors" {
    let m = [0.1, 0.2];
    let z = [7.0, 8.0];
    var s = 0.0;
    for i in 0..3 {
        let n = if i > 1 then z else m;
        s += n[0];
    }
    assert(abs(s - 7.2) < 1e-12);
    let picked = [(if i > 1 then z else m)[0] * expect(Z(0), turned(0.0)) for i in 0..3];
    assert(all(abs(picked - [0.1, 0.1, 7.0]) < 1e-12));
}
