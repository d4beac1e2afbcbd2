// Loops of scalars, beside the same loops in `scalars.rs`.

/// The logistic map: one value waits for the other.
fn logistic(n: int, rate: float) -> float {
    var x = 0.5;
    for _ in 0..n {
        x = rate * x * (1.0 - x);
    }
    return x;
}

/// The sum of a series, term by term.
fn series(n: int) -> float {
    var total = 0.0;
    for i in 0..n {
        let k = float(i + 1);
        total += 1.0 / (k * k);
    }
    return total;
}

/// Steps to 1 of all numbers up to n.
fn collatz(n: int) -> int {
    var steps = 0;
    for i in 1..n + 1 {
        var k = i;
        while k != 1 {
            k = if k % 2 == 0 then div(k, 2) else 3 * k + 1;
            steps += 1;
        }
    }
    return steps;
}

/// A linear congruential generator; how many of its numbers are even.
fn congruential(n: int) -> int {
    var state = 42;
    var n_even = 0;
    for _ in 0..n {
        state = (1103515245 * state + 12345) % 2147483648;
        if div(state, 65536) % 2 == 0 { n_even += 1; }
    }
    return n_even;
}

fn gcd(a: int, b: int) -> int {
    var x = a;
    var y = b;
    while y != 0 {
        (x, y) = (y, x % y);
    }
    return x;
}

/// Pairs up to n without a common divisor: a call in two loops.
fn coprime_pairs(n: int) -> int {
    var count = 0;
    for i in 1..n + 1 {
        for j in 1..i {
            if gcd(i, j) == 1 { count += 1; }
        }
    }
    return count;
}

/// Calls alone.
fn fibonacci(n: int) -> int {
    if n < 2 { return n; }
    return fibonacci(n - 1) + fibonacci(n - 2);
}

/// Points of a grid that stay within 2 for 200 steps.
fn mandelbrot(n: int) -> int {
    var inside = 0;
    for i in 0..n {
        for j in 0..n {
            let cx = 3.0 * float(i) / float(n) - 2.0;
            let cy = 2.0 * float(j) / float(n) - 1.0;
            var x = 0.0;
            var y = 0.0;
            var k = 0;
            while k < 200 and x * x + y * y <= 4.0 {
                (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
                k += 1;
            }
            if k == 200 { inside += 1; }
        }
    }
    return inside;
}

/// The integral of exp(-x^2) sin(x) from 0 to 1 by the midpoint rule.
fn integral(n: int) -> float {
    let step = 1.0 / float(n);
    var total = 0.0;
    for i in 0..n {
        let x = (float(i) + 0.5) * step;
        total += exp(-x * x) * sin(x);
    }
    return step * total;
}

/// Primes below n by the sieve: elements read and assigned.
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

/// The product of two matrices, element by element.
fn triple_loop[n](a: float[n, n], b: float[n, n]) -> float[n, n] {
    var c = zeros([n, n]);
    for i in 0..n {
        for k in 0..n {
            for j in 0..n {
                c[i, j] += a[i, k] * b[k, j];
            }
        }
    }
    return c;
}

/// The length of the longest common subsequence, by a table.
fn common_subsequence[m, n](a: int[m], b: int[n]) -> int {
    var longest = [[0; n + 1]; m + 1];
    for i in 0..m {
        for j in 0..n {
            if a[i] == b[j] {
                longest[i + 1, j + 1] = longest[i, j] + 1;
            } else {
                longest[i + 1, j + 1] = maximum(longest[i, j + 1], longest[i + 1, j]);
            }
        }
    }
    return longest[m, n];
}
