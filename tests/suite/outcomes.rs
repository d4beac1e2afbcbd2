//! Results of kernels with bits and tuples, and what kernels work out of outcomes, held against the host.

use crate::suite::numeric::{options, run_with};

/// Prints nothing but `true`.
fn holds(program: &str) {
    let (text, _) = run_with(program, &options());
    assert!(!text.trim().is_empty());
    let is_true = text.split_whitespace().all(|word| word == "true");
    assert!(is_true, "{program}\n{text}");
}

#[test]
fn one_shot_has_the_type_of_the_kernels_result() {
    holds(
        "kernel a() -> bool { let q = qubit[1]; x(q[0]); return measure(q[0]); }
         kernel b(n: int) -> bool[n] { let q = qubit[n]; x(q); return measure(q); }
         kernel c[n](w: float[n]) -> (bool, qubit[n], bool[2]) {
             let q = qubit[n]; let r = qubit[3]; x(q); x(r[1]);
             return (measure(r[0]), q, measure(r[1..]));
         }
         kernel d() -> qubit { let q = qubit[1]; return q[0]; }
         fn first(p: program) -> bool { return run(p)[0]; }
         fn main() {
             if run(a()) { print(true); }
             print(len(run(b(3))) == 3, all(run(b(3))), not run(d()));
             for n in 1..4 {
                 let (r, q, s) = run(c(zeros(n)));
                 print(not r, len(q) == n, all(q), s[0], not s[1]);
             }
             let rows = [run(p) for p in [b(2), b(2)]];
             print(len(rows) == 2, first(b(1)));
         }",
    );
}

#[test]
fn ints_of_outcomes_are_those_of_the_host() {
    // Each basis state of three qubits, and what is worked out of its bits, here and there.
    holds(
        "kernel k(v: int) -> (bool, bool, bool, bool, bool, bool, bool) {
             let q = qubit[3];
             let on = bits(v, 3);
             for i in 0..3 { if on[i] { x(q[i]); } }
             let m = measure(q);
             let n = to_int(m);
             var count = 0;
             for b in m { if b { count += 1; } }
             let far = if m[0] then 2 * n else n - 1;
             return (n == 5, sum(m) >= 2, count == sum(m), (n * n + 1) % 3 == 2, far > 3, maximum(n, 4) == n, any(m) and not all(m));
         }
         fn main() {
             for v in 0..8 {
                 let m = bits(v, 3);
                 let (a, b, c, d, e, f, g) = run(k(v));
                 let far = if m[0] then 2 * v else v - 1;
                 print(a == (v == 5), b == (sum(m) >= 2), c, d == ((v * v + 1) % 3 == 2), e == (far > 3), f == (v >= 4));
                 print(g == (any(m) and not all(m)));
             }
         }",
    );
}

#[test]
fn ints_of_outcomes_decide_what_is_done() {
    holds(
        "kernel k(v: int) -> qubit[3] {
             let q = qubit[3]; let r = qubit[3];
             let on = bits(v, 3);
             for i in 0..3 { if on[i] { x(q[i]); } }
             let n = to_int(measure(q));
             for i in 0..8 { if n == i { for j in 0..3 { if bits(i, 3)[j] { x(r[j]); } } } }
             return r;
         }
         fn main() { for v in 0..8 { print(argmax(probs(k(v))) == v); } }",
    );
}

#[test]
fn a_loop_on_outcomes_ends_with_its_count() {
    // It fails five times in a row with probability 1 / 32.
    holds(
        "kernel until(n: int) -> (qubit[1], bool) {
             let q = qubit[1];
             h(q[0]);
             var rounds = 0;
             var failed = measure(q[0]);
             while failed and rounds < n { h(q[0]); failed = measure(q[0]); rounds += 1; }
             return (q, failed);
         }
         fn main() { for n in 0..5 { print(abs(probs(until(n))[1] - 0.5 ** (n + 1)) < 1e-12); } }",
    );
}
