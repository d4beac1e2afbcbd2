// Loops that outcomes end: what earlier rounds saw is known in the later ones.

kernel count_first(most: int) -> qubit[1] {
    let q = qubit[1];
    var n = 0;
    while true {
        h(q);
        n += 1;
        if measure(q[0]) { break; }
        if n >= most { break; }
    }
    return q;
}

kernel count_last(most: int) -> qubit[1] {
    let q = qubit[1];
    var n = 0;
    while n < most {
        h(q);
        if measure(q[0]) { break; }
        n += 1;
    }
    return q;
}

kernel two_exits() -> (qubit[1], bool) {
    let q = qubit[1];
    var n = 0;
    while true {
        h(q);
        let m = measure(q[0]);
        if n == 2 { break; }
        if m { break; }
        n += 1;
    }
    return (q, n == 1);
}

kernel within_for() -> (qubit[1], bool) {
    let q = qubit[1];
    var n = 0;
    for i in 0..10 {
        h(q);
        n += 1;
        if measure(q[0]) { break; }
        if n > 5 { break; }
    }
    return (q, n == 3);
}

kernel long(most: int) -> (qubit[1], bool) {
    let q = qubit[1];
    var n = 0;
    var done = false;
    while not done and n < most {
        h(q);
        done = measure(q[0]);
        n += 1;
    }
    return (q, done);
}

kernel nested(flag: bool) -> (qubit[1], bool, bool) {
    let q = qubit[1];
    h(q);
    let a = measure(q[0]);
    h(q);
    let b = measure(q[0]);
    var c = false;
    if a or b {
        if not a { c = b; } else { c = a; }
    } else {
        if a != flag { c = b or flag; }
    }
    return (q, c, a or b);
}

test "a count before or after the exit" {
    assert_close(probs(count_first(2)), [0.25, 0.75], 1e-12);
    assert_close(probs(count_last(3)), [0.125, 0.875], 1e-12);
    assert_close(expect(Z(0), two_exits()), -0.75, 1e-12);
    let n = 20000;
    assert_close(mean(samples(two_exits(), shots: n)[.., 1]), 0.25, 0.015);
    assert_close(mean(samples(within_for(), shots: n)[.., 1]), 0.125, 0.012);
}

test "a hundred rounds and more" {
    assert_close(expect(Z(0), long(200)), -1.0, 1e-11);
    assert(all(samples(long(200), shots: 100)[.., 1]));
}

test "what a branch knows" {
    let seen = samples(nested(false), shots: 200);
    for row in seen { assert(row[1] == row[2]); }
    for row in samples(nested(true), shots: 200) { assert(row[1]); }
}

kernel until_zero() -> qubit[2] {
    let q = qubit[2];
    h(q[0]);
    x(q[1]);
    while measure(q[0]) {
        h(q[0]);
        ry(0.3, q[1]);
    }
    return q;
}

kernel until_both_agree(t: float) -> qubit[1] {
    let q = qubit[1];
    let a = qubit[1];
    var agree = false;
    while not agree {
        reset(a);
        ry(t, a);
        let m = measure(a[0]);
        if m { x(q); }
        agree = not m;
    }
    return q;
}

test "a loop that chance ends" {
    // Round k is reached with probability 2 ** -k, after k turns by 0.3 from |1>.
    let z = sum([-cos(0.3 * float(k)) * 0.5 ** (k + 1) for k in 0..60]);
    assert_close(expect(Z(1), until_zero()), z, 1e-11);
    assert_close(expect(Z(0), until_zero()), 1.0, 1e-11);
    assert_close(expect(Z(1), until_zero(), shots: 20000), z, 0.03);
    // q flips in each further round: p0 - p1 of a geometric series with ratio -sin(t / 2) ** 2.
    let t = 0.9;
    let s = sin(t / 2.0) ** 2;
    assert_close(expect(Z(0), until_both_agree(t)), (1.0 - s) / (1.0 + s), 1e-11);
    let (e, g) = grad expect(Z(0), until_both_agree(t)) wrt t;
    let h = 1e-5;
    let (up, down) = (expect(Z(0), until_both_agree(t + h)), expect(Z(0), until_both_agree(t - h)));
    assert_close(g, (up - down) / (2.0 * h), 1e-7);
}
