// Assertions that hold: in functions that are differentiated, in gates and kernels, of parts that are never looked at.

struct Layer { w: float[2], b: float }

fn energy(layers: Layer[2], x: float) -> float {
    assert(x > 0.0 and not (x == 2.0 or x < -1.0));
    assert(all(layers[0].w >= 0.0), "weights");
    return x ** 2 * sum(layers[1].w) + layers[0].b;
}

gate turn[n](angle: float, k: int, q: qubit[n]) {
    assert(k < n and (k >= 0 or n == 1), "on the register");
    ry(angle, q[k]);
}

kernel turned(angle: float, k: int) -> qubit[2] {
    let q = qubit[2];
    assert(k != 5);
    turn(angle, k, q);
    return q;
}

test "an assertion takes no part in a gradient" {
    let layers = [Layer(w: [1.0, 2.0], b: 0.5), Layer(w: [1.0, 1.0], b: 0.0)];
    let (e, g) = grad energy(layers, 3.0) wrt layers;
    assert(e == 18.5 and g[0].b == 1.0);
    let x = 3.0;
    let (_, slope) = grad energy(layers, x) + expect(Z(1), turned(x, 1)) wrt x;
    assert_close(slope, 12.0 - sin(3.0));
}

test "of two the second is looked at only if the first does not hold" {
    let list = where_true([false, true, true, true]);
    assert(len(list) == 3 or list[7] == 0);
    assert(not (len(list) != 3 and list[7] == 0));
    var seen = 0;
    for i in 0..3 {
        assert(i == 0 or list[i - 1] == i, "in order at {i}");
        seen += 1;
    }
    assert(seen == 3);
}

test "strings, bools and ints beside floats are compared" {
    let (name, half) = ("ry", 0.5);
    assert(name == "ry" and name != "rx");
    assert(2 * half == 1 and 1 <= half + 0.5);
    assert(not (half > 1));
}
