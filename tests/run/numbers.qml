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

test "softmax of large numbers loses no digit" {
    assert_close(softmax([1e15, 1e15]), [0.5, 0.5], 0.0);
    assert_close(log_softmax([1e15, 1e15]), [-0.6931471805599453, -0.6931471805599453], 0.0);
    assert_close(cross_entropy([1e15, 1e15], 0), 0.6931471805599453, 0.0);
}

test "matrices of large and small numbers are none but ordinary ones" {
    assert_close(det([[1e-200, 0.0], [0.0, 1e200]]), 1.0, 1e-15);
    assert_close(det([[1e-200, 0.0, 0.0], [0.0, 1e-200, 0.0], [0.0, 0.0, 1e300]]) * 1e100, 1.0, 1e-12);
    assert_close(inv([[1e-200, 0.0], [0.0, 1e-200]]) * 1e-200, [[1.0, 0.0], [0.0, 1.0]], 1e-15);
    assert_close(inv([[1e-16, 0.0], [0.0, 1.0]]) * 1e-16, [[1.0, 0.0], [0.0, 1e-16]], 1e-15);
    assert_close(solve([[1e-200, 0.0], [1.0, 1.0]], [1e-200, 3.0]), [1.0, 2.0], 1e-15);
    assert_close(det([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]), 0.0, 0.0);
}

test "quotients of large and small complex numbers" {
    assert((1e200 + 0.0im) / (1e200 + 0.0im) == 1.0 + 0.0im);
    assert(1.0 / (1e-160 + 0.0im) == 1e160 + 0.0im);
    assert((1e-160 + 0.0im) ** -1 == 1e160 + 0.0im);
}

test "random numbers between the largest floats" {
    let xs = uniform(-1e308, 1e308, 100);
    assert(max(xs) > 5e307 and min(xs) < -5e307);
}

const SMALLEST = -9223372036854775808;

test "the smallest int can be written" {
    assert(SMALLEST == -9223372036854775807 - 1);
    assert(-0x8000000000000000 == SMALLEST);
    assert_close(-9223372036854775808 * 1.0, -(2.0 ** 63.0), 0.0);
}
