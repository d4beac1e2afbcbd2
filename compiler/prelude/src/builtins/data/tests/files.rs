//! Values to files and back, NumPy's files, molecules, graphs.

use num_complex::Complex;

use crate::observable::{Observable, Pauli};
use crate::testing::{TestHost, assert_near, call, call_with, floats, ints, strings};
use crate::{C64, Fault, Value};

fn save(host: &mut TestHost, path: &str, value: &Value, ty: &str) -> Result<Value, Fault> {
    call_with(host, "save", &[Value::text(path), value.clone(), Value::text(ty)])
}

fn load(host: &mut TestHost, path: &str, ty: &str, dims: &[i64]) -> Result<Value, Fault> {
    load_at(host, path, Value::Unit, ty, dims)
}

fn load_at(host: &mut TestHost, path: &str, at: Value, ty: &str, dims: &[i64]) -> Result<Value, Fault> {
    let mut args = vec![Value::text(path), at, Value::text(ty)];
    args.extend(dims.iter().map(|dim| Value::Int(*dim)));
    call_with(host, "load", &args)
}

fn with_file(name: &str, content: &[u8]) -> TestHost {
    let mut host = TestHost::default();
    host.files.insert(name.to_owned(), content.to_vec());
    host
}

fn message(result: Result<Value, Fault>) -> String {
    let fault = result.expect_err("a fault");
    format!("{} {}", fault.code, fault.message)
}

/// A value of each kind with its type.
fn samples() -> Vec<(Value, &'static str)> {
    let pair = |i: i64, x: f64| Value::tuple([Value::Int(i), Value::Float(x)]);
    let mut observable = Observable::term(vec![(0, Pauli::X), (3, Pauli::Z)], Complex::new(0.5, -0.25));
    observable.add_scaled(&Observable::projector(vec![true, false]), Complex::new(2.0, 0.0));
    observable.add_term(Vec::new(), Complex::new(0.1 + 0.2, 0.0));
    let optimizer = call("adam", &[0.1, 0.9, 0.999, 1e-8].map(Value::Float));
    let stepped = call("step", &[optimizer, floats(&[2], &[0.1, 0.7]), floats(&[2], &[1.0 / 3.0, -1e-300])]);
    vec![
        (Value::Bool(true), "bool"),
        (Value::Int(i64::MIN), "int"),
        (Value::Float(0.1 + 0.2), "float"),
        (Value::Float(-0.0), "float"),
        (Value::Float(5e-324), "float"),
        (Value::Float(f64::NEG_INFINITY), "float"),
        (Value::Complex(C64::new(1.5, f64::INFINITY)), "complex"),
        (Value::text("\"Schrödinger\"\n"), "string"),
        (floats(&[2, 3], &[0.1, 1e300, -2.0, 1.0 / 3.0, 0.0, 7.0]), "float[?, ?]"),
        (floats(&[2, 0], &[]), "float[?, ?]"),
        (ints(&[3], &[1, -2, 3]), "int[?]"),
        (Value::vector(vec![true, false]), "bool[?]"),
        (Value::vector(vec![C64::new(1.0, -2.0)]), "complex[?]"),
        (strings(&["a", "b"]), "string[?]"),
        (Value::vector::<Value>(vec![pair(1, 0.5), pair(2, 0.25)]), "(int, float)[?]"),
        (Value::tuple([pair(1, 2.0), Value::Bool(false)]), "((int, float), bool)"),
        (
            Value::tuple([floats(&[1], &[0.5]), Value::tuple([Value::Int(1)]), Value::text("x")]),
            "Model { w: float[?], inner: Inner { n: int }, name: string }",
        ),
        (Value::observable(observable), "observable"),
        (stepped.parts()[0].clone(), "optimizer"),
    ]
}

#[test]
fn each_kind_of_value_comes_back_to_the_last_bit() {
    let mut host = TestHost::default();
    for (value, ty) in samples() {
        save(&mut host, "v.json", &value, ty).unwrap();
        let dims = vec![-1; 4];
        let back =
            load(&mut host, "v.json", ty, &dims).unwrap_or_else(|fault| panic!("{ty}: {}", fault.message));
        assert_eq!(format!("{back:?}"), format!("{value:?}"), "{ty}");
    }
    save(&mut host, "v.json", &Value::Float(f64::NAN), "float").unwrap();
    assert!(load(&mut host, "v.json", "float", &[]).unwrap().to_float().is_nan());
}

#[test]
fn the_file_says_what_it_holds() {
    let mut host = TestHost::default();
    save(&mut host, "v.json", &floats(&[2], &[1.0, 2.5]), "float[?]").unwrap();
    assert_eq!(
        String::from_utf8_lossy(&host.files["v.json"]),
        "{\"format\":\"qml value\",\"type\":\"float[?]\",\"value\":{\"data\":[1.0,2.5],\"shape\":[2]},\"version\":1}\n"
    );
}

#[test]
fn a_file_that_holds_something_else_is_refused() {
    let mut host = TestHost::default();
    save(&mut host, "v.json", &floats(&[2], &[1.0, 2.5]), "float[?]").unwrap();
    assert_eq!(
        message(load(&mut host, "v.json", "float[?, ?]", &[-1, -1])),
        "Q0908 v.json holds `float[?]`, and `float[?, ?]` is asked for"
    );
    assert_eq!(
        message(load(&mut host, "v.json", "float[?]", &[3])),
        "Q0908 v.json: the tensor has shape [2], the type asks for length 3 on axis 0"
    );
    assert!(message(load(&mut host, "none.json", "float", &[])).starts_with("Q0901"));
    let strange = "{\"format\": \"qml value\", \"version\": 1, \"type\": \"float[\", \"value\": 1}";
    let fault = message(load(&mut with_file("v.json", strange.as_bytes()), "v.json", "float", &[]));
    assert_eq!(fault, "Q0908 v.json holds no value that `save` has written, and `float` is asked for");
    let damaged = "{\"format\": \"qml value\", \"version\": 1, \"type\": \"float[?]\", \"value\": {\"shape\": [3], \"data\": [1]}}";
    let fault = message(load(&mut with_file("v.json", damaged.as_bytes()), "v.json", "float[?]", &[-1]));
    assert_eq!(fault, "Q0908 v.json holds a damaged value, and `float[?]` is asked for");
    let newer = damaged.replace("\"version\": 1", "\"version\": 2");
    let fault = message(load(&mut with_file("v.json", newer.as_bytes()), "v.json", "float[?]", &[-1]));
    assert!(fault.contains("newer version"), "{fault}");
}

const FOREIGN: &str = r#"{
    "name": "ring", "qubits": 3, "on": true, "unused": null,
    "model": {"layers": [{"w": [[0.5, 1], [2, -3e-1]]}, {"w": [[1, 2], [3]]}], "phase": [0.0, 1.5], "edges": [[0, 1], [1, 2]]}
}"#;

#[test]
fn json_of_others_is_read_into_the_type_that_is_asked_for() {
    let at = |pointer: &str, ty: &str| {
        let pointer = if pointer.is_empty() { Value::Unit } else { Value::text(pointer) };
        load_at(&mut with_file("v.json", FOREIGN.as_bytes()), "v.json", pointer, ty, &[-1; 4])
    };
    let read = at(
        "",
        "C { qubits: int, on: bool, name: string, model: M { edges: (int, int)[?], phase: complex } }",
    );
    let read = read.unwrap();
    let parts = read.parts();
    assert_eq!(parts[..3], [Value::Int(3), Value::Bool(true), Value::text("ring")]);
    let edge = |i, j| Value::tuple([Value::Int(i), Value::Int(j)]);
    let edges = Value::vector::<Value>(vec![edge(0, 1), edge(1, 2)]);
    assert_eq!(parts[3], Value::tuple([edges, Value::Complex(C64::new(0.0, 1.5))]));
    let w = at("/model/layers/0/w", "float[?, ?]").unwrap();
    assert_eq!(w, floats(&[2, 2], &[0.5, 1.0, 2.0, -0.3]));
    assert_eq!(at("/model/phase/1", "complex").unwrap(), Value::Complex(C64::new(1.5, 0.0)));

    for (pointer, ty, expected) in [
        ("", "C { on: int }", "v.json: `/on` is `true`, and `int` is asked for"),
        ("", "C { colour: string }", "v.json: there is nothing at `/colour`"),
        ("/model", "C { colour: string }", "v.json: there is nothing at `/model/colour`"),
        (
            "/model/layers/0/w",
            "int[?, ?]",
            "v.json: `/model/layers/0/w/0/0` is the number 0.5, and `int` is asked for",
        ),
        (
            "/model/layers/1/w",
            "float[?, ?]",
            "v.json: `/model/layers/1/w/1` is a list of 1 where others have 2, and `float[?, ?]` is asked for",
        ),
        (
            "/model",
            "float[?]",
            "v.json: `/model` is an object with `edges`, `layers`, `phase`, and `float[?]` is asked for",
        ),
        (
            "/model/edges/0",
            "(int, int, int)",
            "v.json: `/model/edges/0` is a list of 2, and `(int, int, int)` is asked for",
        ),
        ("/model/weights", "float", "v.json: there is nothing at `/model/weights`"),
    ] {
        assert_eq!(message(at(pointer, ty)), format!("Q0908 {expected}"));
    }
    let broken =
        |text: &str| message(load(&mut with_file("v.json", text.as_bytes()), "v.json", "float", &[]));
    assert_eq!(
        broken("{\n  \"a\": 1,\n  b: 2\n}"),
        "Q0908 v.json, line 3, column 3: no JSON: key must be a string"
    );
    assert_eq!(broken(" \n"), "Q0905 v.json: the file is empty");
    let large = "Q0908 v.json, line 1, column 6: the number is larger than a float can be (1.8e308)";
    assert_eq!(broken("[1e400]"), large);
    let twice = "Q0908 v.json, line 1, column 22: an object has `a` twice";
    assert_eq!(broken("{\"b\": {\"a\": 1, \"a\": 2}}"), twice);
    for text in ["[NaN]", "{\"a\": [1.0,\n  NaN]}", "[-Infinity, 1]", "Infinity"] {
        let fault = load(&mut with_file("v.json", text.as_bytes()), "v.json", "float", &[]).unwrap_err();
        assert!(fault.help.iter().any(|help| help.contains("`\"nan\"`")), "{text}: {fault:?}");
    }
    assert!(
        message(load_at(&mut with_file("v.npy", b""), "v.npy", Value::text("/a"), "float", &[]))
            .contains("`at:`")
    );
}

const PEOPLE: &str = "name,Height (cm),age,tall\nAda,170.5,36,true\n\"Lee, J.\",181,41,1\n";

#[test]
fn tables_have_typed_columns() {
    let read = |text: &str, ty: &str| load(&mut with_file("t.csv", text.as_bytes()), "t.csv", ty, &[-1; 4]);
    let rows = read(PEOPLE, "P { name: string, age: int, height_cm: float, tall: bool }[?]").unwrap();
    let rows = rows.into_values();
    assert_eq!(rows.len(), 2);
    let lee = [Value::text("Lee, J."), Value::Int(41), Value::Float(181.0), Value::Bool(true)];
    assert_eq!(rows[1], Value::tuple(lee));
    let columns = read(PEOPLE, "T { age: int[?], name: string[?] }").unwrap();
    assert_eq!(columns, Value::tuple([ints(&[2], &[36, 41]), strings(&["Ada", "Lee, J."])]));
    let by_place = read(PEOPLE, "(string[?], float[?])").unwrap();
    assert_eq!(by_place.parts()[1], floats(&[2], &[170.5, 181.0]));
    assert_eq!(read("a,b\n1,2\n3,4\n", "int[?, ?]").unwrap(), ints(&[2, 2], &[1, 2, 3, 4]));

    for (ty, expected) in [
        ("P { age: bool }[?]", "Q0903 t.csv, line 2, column 3 (`age`): `36` is neither `true` nor `false`"),
        (
            "P { height_cm: int }[?]",
            "Q0903 t.csv, line 2, column 2 (`Height (cm)`): `170.5` is not an integer",
        ),
        ("T { weight: float[?] }", "Q0904 t.csv: there is no column `weight`"),
        (
            "(string, float, int, bool, int)[?]",
            "Q0904 t.csv has 4 columns, and `(string, float, int, bool, int)[?]` asks for 5",
        ),
        ("float", "Q0908 t.csv: `float` is no table"),
    ] {
        assert_eq!(message(read(PEOPLE, ty)), expected);
    }
    let fault = read("5.1,3.5\n4.9,3.0\n", "float[?, ?]").unwrap_err();
    assert!(fault.help[0].starts_with("`read_csv(\"t.csv\", header: false)` reads it"), "{fault:?}");
    assert_eq!(fault.notes, [""; 0]);
    // What is written reads back, and as a table of numbers too.
    let mut host = TestHost::default();
    for ty in [
        "P { name: string, age: int }[?]",
        "T { name: string[?], height_cm: float[?] }",
        "(string, float)[?]",
    ] {
        let table = read(PEOPLE, ty).unwrap();
        save(&mut host, "o.csv", &table, ty).unwrap();
        assert_eq!(load(&mut host, "o.csv", ty, &[-1; 4]).unwrap(), table, "{ty}");
    }
    let x = floats(&[2, 1], &[0.1, 1e300]);
    save(&mut host, "o.csv", &x, "float[?, ?]").unwrap();
    assert_eq!(
        call_with(&mut host, "read_csv", &[Value::text("o.csv"), Value::Bool(true), Value::Unit]).unwrap(),
        x
    );
    let uneven = Value::tuple([ints(&[1], &[1]), ints(&[2], &[1, 2])]);
    assert!(message(save(&mut host, "o.csv", &uneven, "T { a: int[?], b: int[?] }")).starts_with("Q0610"));
}

#[test]
fn small_floats_and_large_ints_of_numpy_are_read() {
    let mut host = with_file("a.npy", include_bytes!("float16.npy"));
    assert_eq!(load(&mut host, "a.npy", "float[?]", &[3]).unwrap(), floats(&[3], &[0.5, -1.25, 65504.0]));
    let mut host = with_file("a.npz", include_bytes!("half.npz"));
    let parts = load(&mut host, "a.npz", "M { w: float[?, ?] }", &[1, 2]).unwrap();
    assert_eq!(parts.parts()[0], floats(&[1, 2], &[0.5, -1.25]));
    let mut host = with_file("a.npy", include_bytes!("uint64.npy"));
    assert_eq!(load(&mut host, "a.npy", "int[?]", &[2]).unwrap(), ints(&[2], &[1, i64::MAX]));
    let mut host = with_file("a.npy", include_bytes!("uint64_large.npy"));
    let large = message(load(&mut host, "a.npy", "int[?]", &[2]));
    assert!(large.contains("9223372036854775808 is larger than the largest int"), "{large}");
}

#[test]
fn what_is_wrong_with_a_file_of_numpy_is_told() {
    let mut host = with_file("a.npy", include_bytes!("strings.npy"));
    assert_eq!(
        message(load(&mut host, "a.npy", "float[?]", &[2])),
        "Q0908 a.npy holds an array of NumPy's type `<U2`, and `float[?]` is asked for"
    );
    let whole = include_bytes!("float16.npy");
    let mut host = with_file("a.npy", &whole[..whole.len() - 1]);
    let short = message(load(&mut host, "a.npy", "float[?]", &[3]));
    assert!(short.starts_with("Q0908 a.npy holds no array that can be read (reached EOF"), "{short}");
    let whole = include_bytes!("float32.npy");
    let mut host = with_file("a.npy", &whole[..whole.len() - 1]);
    let short = message(load(&mut host, "a.npy", "float[?]", &[2]));
    assert!(short.starts_with("Q0908 a.npy holds no array that can be read (reached EOF"), "{short}");
}

#[test]
fn letters_of_another_encoding_are_told_of() {
    let mut host = with_file("a.csv", b"a,c\n1,\xe9\n2,z\n");
    let ty = "R { c: string[?] }";
    assert_eq!(
        message(load(&mut host, "a.csv", ty, &[2])),
        "Q0901 a.csv, line 2: the file is not text in UTF-8"
    );
}

#[test]
fn columns_with_one_name_are_told_apart() {
    let mut host = with_file("a.csv", b"a,b,a\n1,2,3\n");
    assert_eq!(
        message(load(&mut host, "a.csv", "R { a: float[?] }", &[1])),
        "Q0904 a.csv: the columns 1, 3 are all named `a`"
    );
    assert!(load(&mut host, "a.csv", "R { b: float[?] }", &[1]).is_ok());
    let mut host = with_file("a.csv", b"A b,a_b,a-b\n1,2,3\n");
    let exact = load(&mut host, "a.csv", "R { a_b: float[?] }", &[1]).unwrap();
    assert_eq!(exact.parts()[0], floats(&[1], &[2.0]));
}

#[test]
fn files_of_numpy_are_read() {
    let mut host = with_file("a.npy", include_bytes!("ints32_fortran.npy"));
    let expected = ints(&[2, 3], &[0, 1, 2, 3, 4, 5]);
    assert_eq!(load(&mut host, "a.npy", "int[?, ?]", &[2, 3]).unwrap(), expected);
    let widened = load(&mut host, "a.npy", "float[?, ?]", &[-1, -1]).unwrap();
    assert_eq!(widened, floats(&[2, 3], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
    assert_eq!(
        message(load(&mut host, "a.npy", "bool[?]", &[-1])),
        "Q0908 a.npy holds `int[?, ?]`, and `bool[?]` is asked for"
    );
    let mut host = with_file("a.npy", include_bytes!("float32.npy"));
    assert_eq!(load(&mut host, "a.npy", "float[?]", &[2]).unwrap(), floats(&[2], &[0.5, -1.25]));

    let mut host = with_file("m.npz", include_bytes!("model.npz"));
    let ty = "M { w: float[?, ?], b: float, labels: int[?], on: bool[?], z: complex[?] }";
    let model = load(&mut host, "m.npz", ty, &[2, 2, 3, 2, 1]).unwrap();
    assert_eq!(model.parts()[0], floats(&[2, 2], &[0.1, 0.2, 0.3, 0.4]));
    assert_eq!(model.parts()[1], Value::Float(-1.5));
    assert_eq!(model.parts()[2], ints(&[3], &[3, 1, 2]));
    assert_eq!(model.parts()[3], Value::vector(vec![true, false]));
    assert_eq!(model.parts()[4], Value::vector(vec![C64::new(1.0, 2.0)]));
    let fault = message(load(&mut host, "m.npz", "M { v: float }", &[]));
    assert!(
        fault.starts_with("Q0908 m.npz has no array `v`, but `") && fault.contains("`labels`"),
        "{fault}"
    );
    assert!(message(load(&mut with_file("m.npz", b"PK"), "m.npz", "float", &[])).starts_with("Q0908"));
    assert!(message(load(&mut with_file("m.npy", b"PK"), "m.npy", "float", &[])).starts_with("Q0908"));
}

#[test]
fn arrays_go_to_files_of_numpy_and_back() {
    let mut host = TestHost::default();
    let kept = |(value, ty): &(Value, &str)| {
        let is_number =
            ["bool", "int", "float", "complex"].contains(&ty.split('[').next().unwrap_or_default());
        is_number.then(|| (value.clone(), ty.to_string()))
    };
    let arrays: Vec<(Value, String)> = samples().iter().filter_map(kept).collect();
    assert!(arrays.len() > 8);
    for (value, ty) in &arrays {
        for path in ["v.npy", "v.npz"] {
            save(&mut host, path, value, ty).unwrap();
            assert_eq!(load(&mut host, path, ty, &[-1, -1]).unwrap(), *value, "{ty}");
        }
    }
    let (values, types): (Vec<Value>, Vec<String>) = arrays.into_iter().unzip();
    let (tuple, ty) = (Value::tuple(values), format!("({})", types.join(", ")));
    save(&mut host, "all.npz", &tuple, &ty).unwrap();
    assert_eq!(load(&mut host, "all.npz", &ty, &[-1; 20]).unwrap(), tuple);
    assert!(message(save(&mut host, "v.npy", &tuple, &ty)).starts_with("Q0610"));
    assert!(message(save(&mut host, "v.npz", &Value::text("x"), "string")).starts_with("Q0610"));
}

fn molecule(content: &[u8]) -> Value {
    call_with(&mut with_file("m", content), "read_fcidump", &[Value::text("m")]).unwrap()
}

/// The energy of the determinant with the lowest orbitals filled.
fn determinant(h: &Value, n_electrons: usize) -> f64 {
    let h = h.to_observable();
    let mut psi = vec![C64::ZERO; 1 << h.n_qubits()];
    let filled = (1 << n_electrons) - 1;
    psi[filled] = C64::ONE;
    let mut out = vec![C64::ZERO; psi.len()];
    h.multiply_add(&psi, &mut out);
    out[filled].re
}

#[test]
fn molecules_have_their_energies() {
    for (content, electrons, rhf, fci) in [
        (&include_bytes!("h2.fcidump")[..], 2, -1.116_998_996_9, -1.137_306_035_9),
        (&include_bytes!("h4.fcidump")[..], 4, -2.098_545_939_2, -2.166_387_450_9),
    ] {
        let h = molecule(content);
        assert_near(&[determinant(&h, electrons)], &[rhf], 1e-9, "Hartree-Fock");
        assert_near(&[call("ground_energy", &[h.clone()]).to_float()], &[fci], 1e-9, "exact");
        assert!(h.to_observable().is_hermitian());
    }
    // Another spelling of the same file.
    let text =
        String::from_utf8_lossy(include_bytes!("h2.fcidump")).replace("&END", "/").replace("e-1", "D-01");
    assert_eq!(molecule(text.as_bytes()), molecule(include_bytes!("h2.fcidump")));
}

#[test]
fn files_of_integrals_that_make_no_sense_are_refused() {
    for (text, expected) in [
        ("1 2 3", "Q0909 m, line 1: a file of integrals begins with `&FCI`"),
        ("&FCI NORB=2,\n", "Q0909 m, line 1: the header doesn't end: `&END` or `/` is missing"),
        ("&FCI NELEC=2 &END\n", "Q0909 m, line 1: the header has no `NORB=`"),
        ("&FCI NORB=999 &END\n", "Q0909 m, line 1: 999 orbitals; 1 to 32 are supported"),
        (
            "&FCI NORB=2, UHF = .TRUE., /\n",
            "Q0909 m, line 1: orbitals that differ for the two spins (`IUHF`, `UHF`) are not supported",
        ),
        ("&FCI NORB=2, UHF=.FALSE. /\nnan 1 1 0 0\n", "Q0909 m, line 2: `nan` is no number"),
        ("&FCI NORB=2 /\n-inf 0 0 0 0\n", "Q0909 m, line 2: `-inf` is no number"),
        (
            "&FCI NORB=2,IUHF=1 /\n",
            "Q0909 m, line 1: orbitals that differ for the two spins (`IUHF`, `UHF`) are not supported",
        ),
        ("&FCI NORB=2 /\nabc 1 1 0 0\n", "Q0909 m, line 2: `abc` is no number"),
        (
            "&FCI NORB=2 /\n0.5 1 3 0 0\n",
            "Q0909 m, line 2: `0.5 1 3 0 0`: a number and four indices from 0 to 2 are expected",
        ),
        (
            "&FCI NORB=2 /\n0.5 1 1\n",
            "Q0909 m, line 2: `0.5 1 1`: a number and four indices from 0 to 2 are expected",
        ),
    ] {
        let mut host = with_file("m", text.as_bytes());
        assert_eq!(message(call_with(&mut host, "read_fcidump", &[Value::text("m")])), expected);
    }
}

fn graph(text: &str, first: i64) -> Result<Value, Fault> {
    call_with(&mut with_file("g", text.as_bytes()), "read_graph", &[Value::text("g"), Value::Int(first)])
}

#[test]
fn graphs_are_lists_of_edges() {
    let edges = |pairs: &[(i64, i64)]| {
        let pairs = pairs.iter().map(|(i, j)| Value::tuple([Value::Int(*i), Value::Int(*j)]));
        Value::vector::<Value>(pairs.collect())
    };
    let plain = Value::tuple([edges(&[(0, 1), (1, 2)]), floats(&[2], &[1.0, 1.0])]);
    for text in ["0 1\n1 2\n", "# a path\r\n0,1\r\n\r\n1,2", "0\t1 % first\n1;2\n", "  0   1\n 1  2 # last"] {
        assert_eq!(graph(text, 0).unwrap(), plain, "{text}");
    }
    assert_eq!(graph("1 2\n2 3\n", 1).unwrap(), plain);
    let weighted = Value::tuple([edges(&[(0, 5)]), floats(&[1], &[-2.5])]);
    assert_eq!(graph("0, 5, -2.5", 0).unwrap(), weighted);
    assert_eq!(message(graph("0 1\n1 -> 2\n", 0)), "Q0909 g, line 2: `->` is no number of a node");
    assert_eq!(message(graph("0 1\n", 1)), "Q0909 g, line 1: node 0, where the first one is 1");
    for weight in ["heavy", "nan", "inf", "1e999"] {
        let expected = format!("Q0909 g, line 1: `{weight}` is no weight");
        assert_eq!(message(graph(&format!("0 1 {weight}\n"), 0)), expected);
    }
    assert_eq!(
        message(graph("0 1 2 3\n", 0)),
        "Q0909 g, line 1: 4 words, two nodes and perhaps a weight are expected"
    );
    assert_eq!(message(graph("# nothing\n", 0)), "Q0905 g: there is no edge");
}
