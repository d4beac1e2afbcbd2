//! Whole trainings: what is prepared once, what never changes a digit, what stops them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use qml_engine::Options;
use qml_source::Code;

use crate::suite::numeric::{compile, fault_of, numbers, options, run_with};

const ONE_KERNEL: &str = "
    kernel ansatz(theta: float[2, 2]) -> qubit[2] {
        let q = qubit[2];
        ry(theta[0], q);
        cx(q[0], q[1]);
        rz(theta[1], q);
        rx(theta[0, 0] * theta[1, 1], q[0]);
        return q;
    }
    fn main() {
        var theta = uniform(-1.0, 1.0, [2, 2]);
        optimize theta with adam(lr: 0.1), steps: STEPS {
            minimize expect(Z(0) * Z(1) + 0.5 * X(0), ansatz(theta));
        }
        print(theta);
        print(expect(Z(0) * Z(1) + 0.5 * X(0), ansatz(theta)));
    }";

const TWO_KERNELS: &str = "
    kernel first(a: float, n: int) -> qubit[n] {
        let q = qubit[n];
        for i in 0..n { ry(a * (i + 1), q[i]); }
        return q;
    }
    kernel second(a: float, b: float) -> qubit[1] {
        let q = qubit[1];
        rx(a, q[0]);
        let m = measure(q[0]);
        if m { ry(b, q[0]); }
        return q;
    }
    fn main() {
        var a = 0.3;
        var b = normal(0.0, 1.0);
        optimize (a, b) with sgd(lr: 0.05), steps: STEPS {
            let x = expect(Z(0) * Z(1), first(a, 2));
            minimize x ** 2 + expect(Z(0), second(a, b)) + expect(X(0), second(b, a));
        }
        print(a, b);
    }";

/// A sampled training of two steps prepares what one of any length prepares.
fn check_prepared_once(source: &str, shots: Option<i64>, kernels: u64) {
    let with = |steps: &str| {
        let (_, run) = run_with(&source.replace("STEPS", steps), &Options { shots, ..options() });
        run.statistics
    };
    let (long, short) = (with("200"), with("2"));
    assert_eq!(long.specialisations, kernels);
    assert_eq!((long.specialisations, long.plans), (short.specialisations, short.plans));
    assert!(long.kernel_calls >= 200 && long.kernel_calls > 50 * short.kernel_calls, "{long:?} {short:?}");
    if shots.is_none() {
        assert_eq!(long.plans, kernels);
    }
}

#[test]
fn two_hundred_steps_prepare_one_kernel_once() {
    check_prepared_once(ONE_KERNEL, None, 1);
}

#[test]
fn two_hundred_steps_prepare_two_kernels_once_each() {
    check_prepared_once(TWO_KERNELS, None, 2);
}

#[test]
fn two_hundred_steps_with_shots_prepare_each_circuit_once() {
    check_prepared_once(ONE_KERNEL, Some(20), 1);
    check_prepared_once(TWO_KERNELS, Some(20), 2);
}

#[test]
fn training_finds_the_minimum() {
    // The smallest eigenvalue of Z Z + X / 2: the square of it is 1 + 1/4.
    let energy = *numbers(&ONE_KERNEL.replace("STEPS", "200")).last().unwrap();
    assert!((energy + 1.25_f64.sqrt()).abs() < 1e-3, "{energy}");
}

#[test]
fn the_digits_are_those_of_the_seed() {
    let source = "
        const table = normal(0.0, 1.0, [3]);
        kernel cat(x: float[3]) -> qubit[3] {
            let q = qubit[3];
            h(q[0]);
            ry(x, q);
            cx(q[0], q[1]);
            cx(q[1], q[2]);
            return q;
        }
        fn main() {
            var x = uniform(-1.0, 1.0, [3]);
            optimize x with adam(lr: 0.1), steps: 10 { minimize expect(Z(0) * Z(2) + X(1), cat(x), shots: 40); }
            print(x, table);
            print(counts(cat(x), shots: 100));
            print(samples(cat(x), shots: 5));
            print([expect(Z(0), cat(y * x), shots: 10) for y in linspace(0.0, 1.0, 5)]);
            print(shuffle(range(0, 9, 1)), random_int(0, 1000));
        }";
    let with = |seed, threads| run_with(source, &Options { seed, threads, ..options() }).0;
    let once = with(7, 1);
    assert_eq!(once, with(7, 1));
    assert_eq!(once, with(7, 2));
    assert_ne!(once, with(8, 1));
}

#[test]
fn threads_do_not_change_a_digit_of_large_states() {
    let source = "
        kernel wide(x: float) -> qubit[16] {
            let q = qubit[16];
            h(q);
            for i in 0..15 { rzz(x * (i + 1), q[i], q[i + 1]); }
            rx(x, q);
            return q;
        }
        fn main() {
            var x = 0.37;
            optimize x with adam(lr: 0.05), steps: 2 { minimize expect(Z(0) * Z(1) + X(9) + Y(15), wide(x)); }
            print(x);
            let p = probs(wide(x));
            print(p[12345], sum(p[0..999]));
            print(counts(wide(x), shots: 3));
        }";
    let with = |threads| run_with(source, &Options { threads, ..options() }).0;
    assert_eq!(with(1), with(2));
}

#[test]
fn elements_of_a_comprehension_have_their_own_randomness() {
    // Leaving elements out, or going through them the other way, changes nothing for the others.
    let source = "
        kernel coin(x: float) -> qubit[4] { let q = qubit[4]; ry(x, q); return q; }
        fn draw(i: int) -> float { return expect(Z(i % 4), coin(1.5), shots: 50) + normal(0.0, 1.0); }
        fn main() {
            let forward = [draw(i) for i in 0..6];
            print(forward);
            print(forward[0] == forward[4]);
        }";
    let text = run_with(source, &options()).0;
    assert!(text.contains("false"), "{text}");
    let all = numbers(&source.replace("print(forward[0] == forward[4]);", ""));
    let some = numbers(&source.replace("print(forward[0] == forward[4]);", "").replace("0..6", "0..3"));
    assert_eq!(all.len(), 6);
    assert_eq!(all[..3], some);
}

#[test]
fn a_state_too_large_for_memory_is_refused_with_both_numbers() {
    let source = "
        kernel wide(x: float) -> qubit[45] { let q = qubit[45]; rx(x, q); return q; }
        fn main() { print(expect(Z(0), wide(0.1))); }";
    let fault = fault_of(source, &options());
    assert_eq!(fault.code, Code::Q0651);
    // 2 ** 45 amplitudes of 16 bytes.
    assert!(fault.message.contains("takes 512 TiB of memory"), "{}", fault.message);
    let available = regex::Regex::new(r", [\d.]+ [MGT]iB are available$").unwrap();
    assert!(available.is_match(&fault.message), "needed and available: {}", fault.message);
    assert!(fault.primary.is_some());
}

#[test]
fn a_long_training_stops_when_it_is_asked_to() {
    let source = ONE_KERNEL.replace("STEPS", "1000000000");
    compile(&source);
    let options = options();
    let flag = options.interrupt.clone();
    let fault = std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            flag.store(true, Ordering::Relaxed);
        });
        fault_of(&source, &options)
    });
    assert_eq!(fault.code, Code::Q0699);
}
