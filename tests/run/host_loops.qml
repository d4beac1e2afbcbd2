// Loops on the host: elements are written where they stand, and a copy never changes.

fn sieve(n: int) -> int {
    var composite = [false; n];
    var count = 0;
    for i in 2..n {
        if not composite[i] {
            count += 1;
            var k = i * i;
            while k < n {
                composite[k] = true;
                k += i;
            }
        }
    }
    return count;
}

/// What was kept before each write stays as it was.
fn history(n: int) -> int[n, n] {
    var x = [0; n];
    var kept = [[0; n]; n];
    for i in 0..n {
        kept[i, ..] = x;
        let before = x;
        if i % 2 == 0 {
            x[i] = i + 1;
        } else {
            x[0] += before[i - 1];
        }
        assert(before[i] == 0);
    }
    return kept;
}

fn gcd(a: int, b: int) -> int {
    var (x, y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    return x;
}

test "elements of bools are written in place" {
    assert(sieve(100) == 25);
    assert(sieve(5000) == 669);
}

test "a write through a branch leaves copies alone" {
    let kept = history(4);
    assert(all(kept[0] == [0, 0, 0, 0]));
    assert(all(kept[1] == [1, 0, 0, 0]));
    assert(all(kept[2] == [2, 0, 0, 0]));
    assert(all(kept[3] == [2, 0, 3, 0]));
    let x = [1.0, 2.0];
    var y = x;
    for i in 0..2 {
        y[i] = y[i] + 10.0;
    }
    assert(all(x == [1.0, 2.0]) and all(y == [11.0, 12.0]));
}

test "reversed and transposed tensors have their elements where they belong" {
    let a = transpose([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    var b = a;
    var total = 0.0;
    for i in 0..3 {
        for j in 0..2 {
            total += a[i, j] * float(10 * i + j);
            b[i, j] = -a[i, j];
        }
    }
    assert(total == 1.0 * 0.0 + 4.0 * 1.0 + 2.0 * 10.0 + 5.0 * 11.0 + 3.0 * 20.0 + 6.0 * 21.0);
    assert(all(b == -a));
    let r = reverse([1, 2, 3]);
    assert(r[0] == 3 and r[2] == 1);
}

test "division by what is known rounds down" {
    for a in [-9, -8, -7, -1, 0, 1, 7, 8, 9, 2147483648] {
        for (known, other) in [(8, 7), (1, 3)] {
            let (p, o) = (div(a, known), div(a, other));
            assert(p * known <= a and a < (p + 1) * known);
            assert(o * other <= a and a < (o + 1) * other);
        }
        assert(div(a, 8) * 8 + a % 8 == a and a % 8 >= 0 and a % 8 < 8);
        assert(div(a, 7) * 7 + a % 7 == a and a % 7 >= 0 and a % 7 < 7);
        assert(a % 1 == 0 and div(a, 1) == a);
    }
    assert(gcd(84, 36) == 12 and gcd(17, 5) == 1);
}

test "scalars need no detour" {
    assert(float(3) / 2.0 == 1.5 and int(2 > 1) == 1);
    assert(maximum(-3, 2) == 2 and minimum(-3, 2) == -3);
    assert(abs(-2.5) == 2.5 and sqrt(2.25) == 1.5);
}

test "a comprehension with a condition" {
    assert(sum([float(i) for i in range(0, 100) if i > 49]) == 3725.0);
    assert([2 * i for i in 0..4][3] == 6);
    assert([i > 1 for i in 0..3][2]);
    assert(mean(range(0, 5) > 1) == 0.6);
}

test "sums and extremes along both axes" {
    let a = [[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]];
    assert(all(sum(a, axis: 0) == [5.0, 3.0, -3.0]) and all(sum(a, axis: 1) == [2.0, 3.0]));
    assert(all(max(a, axis: 0) == [4.0, 5.0, 3.0]) and all(min(a, axis: 1) == [-2.0, -6.0]));
    assert(all(a + [10.0, 20.0, 30.0] == [[11.0, 18.0, 33.0], [14.0, 25.0, 24.0]]));
    assert(all([[1.0], [2.0]] * a == [[1.0, -2.0, 3.0], [8.0, 10.0, -12.0]]));
    assert(sum(a > 0.0) == 4 and sum(a > [0.0, 0.0, 5.0]) == 3);
}
