// Arithmetic, comparisons, loops and formats of a `fn`.

fn fibonacci(n: int) -> int {
    return if n < 2 then n else fibonacci(n - 1) + fibonacci(n - 2);
}

test "division and remainder floor" {
    assert(div(-7, 2) == -4);
    assert(-7 % 2 == 1);
    assert_close(7 / 2, 3.5, 0.0);
    assert(2 ** 10 == 1024);
    assert_close(2.0 ** -1.0, 0.5, 0.0);
}

test "unary minus binds weaker than a power" {
    assert(-2 ** 2 == -4);
    assert(2 ** 3 ** 2 == 512);
}

test "functions recur" {
    assert(fibonacci(15) == 610);
}

test "loops end where they are told to" {
    var total = 0;
    for i in 0..10 {
        if i % 2 == 0 { continue; }
        if i > 7 { break; }
        total += i;
    }
    assert(total == 1 + 3 + 5 + 7);
    while total > 3 { total -= 5; }
    assert(total == 1);
}

test "and, or stop early" {
    let xs = [1, 2];
    var i = 5;
    i += 0;
    assert(not (i < 2 and xs[i] == 1));
    assert(i > 2 or xs[i] == 1);
}

test "complex numbers" {
    let z = 3.0 + 4.0im;
    assert_close(abs(z), 5.0, 1e-15);
    assert_close(real(z * conj(z)), 25.0, 1e-12);
}
