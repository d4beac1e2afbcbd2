//! `run --target emulator:DEVICE`: the noise of a device, and what it has no result for.

use crate::suite::tool::{Folder, Outcome};

const BELL: &str = "kernel bell() -> qubit[2] { let q = qubit[2]; h(q[0]); cx(q[0], q[1]); return q; }\n";

fn run(main: &str, options: &str) -> Outcome {
    Folder::with("a.qml", format!("{BELL}fn main() {{ {main} }}\n"))
        .qmlang(&format!("run a.qml --seed 1 {options}"))
}

/// The numbers of the only line.
fn numbers(text: &str) -> Vec<f64> {
    let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
    inner.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap()).collect()
}

#[test]
fn a_device_makes_errors_and_a_shape_does_not() {
    let probs = |target: &str| numbers(&run("print(probs(bell()));", &format!("--target {target}")).out);
    let shape = probs("emulator:line:2");
    assert!(shape[1].abs() < 1e-12 && (shape[0] - 0.5).abs() < 1e-12, "{shape:?}");
    let device = probs("emulator:iqm_garnet");
    assert!(device[1] > 1e-3 && device[1] < 0.1, "{device:?}");
    assert!((device.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{device:?}");
}

#[test]
fn shots_are_drawn_from_the_exact_probabilities() {
    let exact = numbers(&run("print(probs(bell()));", "--target emulator:iqm_garnet").out);
    let drawn = numbers(&run("print(probs(bell()));", "--target emulator:iqm_garnet --shots 20000").out);
    for (p, found) in exact.iter().zip(&drawn) {
        assert!((p - found).abs() < 5.0 * (p * (1.0 - p) / 20000.0).sqrt(), "{exact:?} {drawn:?}");
    }
    let once = |threads: u32| {
        run(
            "print(counts(bell(), shots: 500));",
            &format!("--target emulator:ibm_torino --threads {threads}"),
        )
        .out
    };
    assert_eq!(once(1), once(3));
}

#[test]
fn gradients_are_those_of_the_noisy_function() {
    let source = "kernel k(t: float[3]) -> qubit[3] {
    let q = qubit[3];
    ry(t[0], q[0]);
    cx(q[0], q[1]);
    rz(t[1], q[1]);
    rx(t[2], q[1]);
    cx(q[1], q[2]);
    return q;
}
fn f(t: float[3]) -> float { return expect(Z(0) * Z(2) + 0.7 * X(1), k(t)); }
fn main() {
    let t = [0.4, -1.3, 2.1];
    let (value, slope) = grad f(t) wrt t;
    print(slope);
    let (same, other) = grad f(t) wrt t using \"finite_difference\";
    print(other);
}
";
    // Angles of the second device have a limited range: they are folded when they are bound.
    for device in ["iqm_garnet", "aqt_ibex_q1", "ibm_torino"] {
        let folder = Folder::with("g.qml", source);
        let ran = folder.qmlang(&format!("run g.qml --seed 1 --target emulator:{device}"));
        let lines: Vec<Vec<f64>> = ran.out.lines().map(numbers).collect();
        assert_eq!(lines.len(), 2, "{}", ran.err);
        for (a, b) in lines[0].iter().zip(&lines[1]) {
            assert!((a - b).abs() < 1e-6, "{device}: {lines:?}");
        }
        assert!(lines[0].iter().any(|slope| slope.abs() > 0.1), "{device}: {lines:?}");
    }
}

#[test]
fn gradients_from_trajectories_are_right_on_average() {
    let source = "kernel k(t: float[3]) -> qubit[3] {
    let q = qubit[3];
    ry(t[0], q[0]);
    cx(q[0], q[1]);
    if measure(q[0]) { rx(t[1], q[1]); }
    rx(t[2], q[1]);
    cx(q[1], q[2]);
    return q;
}
fn f(t: float[3]) -> float { return expect(Z(0) * Z(2) + 0.7 * X(1), k(t)); }
fn p(t: float[3]) -> float { return probs(k(t))[6]; }
fn g(t: float[3]) -> float { return expect(Z(0) * Z(2) + 0.7 * X(1), k(t), shots: 20000); }
fn r(t: float[3]) -> float { return probs(k(t), shots: 20000)[6]; }
fn main() {
    let t = [0.4, -1.3, 2.1];
    let (_, exact) = grad f(t) wrt t;
    let (_, drawn) = grad g(t) wrt t using \"adjoint\";
    let (_, of_p) = grad p(t) wrt t;
    let (_, drawn_p) = grad r(t) wrt t using \"adjoint\";
    print(exact); print(drawn); print(of_p); print(drawn_p);
}
";
    let ran = Folder::with("g.qml", source).qmlang("run g.qml --seed 1 -v --target emulator:ibm_torino");
    let lines: Vec<Vec<f64>> = ran.out.lines().map(numbers).collect();
    assert_eq!(lines.len(), 4, "{}", ran.err);
    for (exact, drawn) in [(&lines[0], &lines[1]), (&lines[2], &lines[3])] {
        assert!(exact.iter().any(|slope| slope.abs() > 0.02), "{lines:?}");
        for (a, b) in exact.iter().zip(drawn) {
            assert!((a - b).abs() < 0.03, "{lines:?}");
        }
    }
    for way in ["density matrix", "gradients from trajectories", "trajectories"] {
        assert!(ran.err.contains(&format!("`k` on 3 qubits: {way}\n")), "{}", ran.err);
    }
}

#[test]
fn clifford_circuits_on_more_qubits_than_a_state_has_room_for_run_as_frames() {
    let source = "kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 1..n { cx(q[i - 1], q[i]); }
    return q;
}
fn main() {
    print(expect(Z(0) * Z(55), ghz(56), shots: 2000));
    print(expect(X(3), ghz(56), shots: 2000));
}
";
    let ran = Folder::with("g.qml", source).qmlang("run g.qml --seed 1 -v --target emulator:quantinuum_h2_1");
    assert!(ran.err.contains("`ghz` on 56 qubits: Pauli frames\n"), "{}", ran.err);
    let found: Vec<f64> = ran.out.lines().map(|line| line.parse().unwrap()).collect();
    // 55 gates have an error of 0.00105, eight of the sixteen strings that may happen then tell the two ends apart.
    let p: f64 = 0.00105 * 4.0 / 3.0;
    let mean = (1.0 - p).powi(55);
    assert!((found[0] - mean).abs() < 5.0 * ((1.0 - mean * mean) / 2000.0).sqrt(), "{found:?}, {mean}");
    assert!(found[1].abs() < 0.12, "{found:?}");
}

#[test]
fn what_has_no_result_is_refused() {
    let on = |main: &str| run(main, "--target emulator:iqm_garnet");
    on("print(state(bell()));").fails("Q0721", &["`state`", "`iqm_garnet`"]);
    on("print(fidelity(bell(), bell()));").fails("Q0721", &["`fidelity`"]);
    on("print(counts(bell(), shots: 50000));").fails("Q0715", &["50000"]);
    let wide = "kernel wide(n: int) -> qubit[n] { let q = qubit[n]; h(q); return q; }\n";
    let folder = Folder::with("w.qml", format!("{wide}fn main() {{ print(expect(Z(0), wide(13))); }}\n"));
    let with = |options: &str| folder.qmlang(&format!("run w.qml --seed 1 --target emulator:{options}"));
    with("iqm_garnet").fails("Q0722", &["13 qubits", "--shots 1000"]);
    assert_eq!(with("iqm_garnet --shots 10").status, 0);
    with("iqm_adonis_fake").fails("Q0710", &["`wide` has 13 qubits", "`iqm_adonis_fake` has 5"]);
    run("", "--target emulator:nowhere").fails("Q0701", &["nowhere"]);
    run("", "--target qpu:iqm_garnet").fails("Q0913", &["emulator:iqm_garnet"]);
}

#[test]
fn device_files_say_what_is_wrong_with_them() {
    let folder =
        Folder::with("bell.qml", format!("{BELL}fn main() {{ print(counts(bell(), shots: 10)); }}\n"));
    let file = folder.qmlang("devices line:3 --file").quiet();
    let wrong = |name: &str, from: &str, to: &str| {
        assert!(file.contains(from), "{file}");
        folder.write(name, file.replace(from, to));
    };
    wrong("alone.json", "[[0, 1], [1, 2]]", "[]");
    let alone = ["`bell` has 2 qubits, and `line:3` has 1 that work together", "no two are coupled"];
    folder.qmlang("build bell.qml --target ./alone.json").fails_silent("Q0710", &alone);
    folder.qmlang("run bell.qml --seed 1 --target emulator:./alone.json").fails("Q0710", &alone);
    folder.qmlang("build bell.qml --target emulator:./alone.json").fails_silent(
        "Q0705",
        &["`./alone.json`, without `emulator:`", "`qmlang run` takes `emulator:./alone.json`"],
    );
    wrong("twice.json", "\"price\": null", "\"price\": null, \"name\": \"mine\"");
    folder.qmlang("devices ./twice.json").fails_silent("Q0704", &["`name` stands twice", "line 18"]);
    wrong("misspelt.json", "\"reset\"", "\"resets\"");
    folder
        .qmlang("devices ./misspelt.json")
        .fails_silent("Q0704", &["`features.resets`", "did you mean `reset`?"]);
    wrong("device", "\"name\"", "\"name\"");
    for target in ["build bell.qml --target ./device", "run bell.qml --seed 1 --target ./device"] {
        folder.qmlang(target).fails_silent("Q0701", &["a file of this name", "`.json`"]);
    }
}

#[test]
fn what_the_data_lacks_is_told() {
    let ran = run("print(1);", "--target emulator:line:2");
    assert!(!ran.err.contains("Q0723"), "nothing was run: {}", ran.err);
    let ran = run("print(probs(bell()));", "--target emulator:line:2");
    assert!(ran.err.contains("Q0723") && ran.err.contains("the error of `cz`"), "{}", ran.err);
}

#[test]
fn tests_run_on_an_emulated_device() {
    let source = format!(
        "{BELL}test \"noise\" {{ assert(probs(bell())[1] > 0.001); }}
        test \"most\" {{ assert(probs(bell())[0] > 0.4); }}\n"
    );
    let folder = Folder::with("a.qml", source);
    assert_eq!(folder.qmlang("test a.qml --target emulator:iqm_garnet").status, 0);
    let exact = folder.qmlang("test a.qml");
    assert!(exact.status == 1 && exact.out.ends_with("1 passed, 1 failed\n"), "{}", exact.out);
    assert_eq!(folder.qmlang("test a.qml --target emulator:nobody").status, 1);
}
