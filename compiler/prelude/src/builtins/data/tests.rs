//! Files in memory; each way in which a file can be wrong; splitting and scaling.

use crate::random::Stream;
use crate::testing::{TestHost, assert_near, call, call_with, failure, flat, floats, ints, strings};
use crate::{Fault, Value};

mod files;

fn host(text: &str) -> TestHost {
    let mut host = TestHost::default();
    host.files.insert("t.csv".to_string(), text.as_bytes().to_vec());
    host
}

fn read(text: &str, header: bool, columns: Value) -> Result<Value, Fault> {
    call_with(&mut host(text), "read_csv", &[Value::text("t.csv"), Value::Bool(header), columns])
}

fn labels(text: &str, column: Value) -> Result<Value, Fault> {
    call_with(&mut host(text), "read_labels", &[Value::text("t.csv"), column])
}

fn message(result: Result<Value, Fault>) -> String {
    let fault = result.unwrap_err();
    format!("{} {}", fault.code, fault.message)
}

const IRIS: &str = "\u{feff}a, b,kind\r\n5.1,3.5,setosa\r\n\r\n4.9,-1e-2,virginica\r\n7,0,setosa\r\n";

#[test]
fn columns_are_read_by_name_and_by_number() {
    let table = read(IRIS, true, strings(&["b", "a"])).unwrap();
    assert_eq!(table, floats(&[3, 2], &[3.5, 5.1, -0.01, 4.9, 0.0, 7.0]));
    assert_eq!(read(IRIS, true, ints(&[1], &[0])).unwrap(), floats(&[3, 1], &[5.1, 4.9, 7.0]));
    assert_eq!(read("1,2\n3,4\n", false, Value::Unit).unwrap(), floats(&[2, 2], &[1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn labels_are_numbers_whatever_the_order_of_the_rows() {
    assert_eq!(labels(IRIS, Value::text("kind")).unwrap(), ints(&[3], &[0, 1, 0]));
    assert_eq!(labels("k\nz\na\nz", Value::Int(0)).unwrap(), ints(&[3], &[1, 0, 1]));
    assert_eq!(labels("k\n7\n3", Value::text("k")).unwrap(), ints(&[2], &[7, 3]));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_place() {
    let all = Value::Unit;
    assert_eq!(
        message(read(IRIS, true, all.clone())),
        "Q0903 t.csv, line 2, column 3 (`kind`): `setosa` is not a number"
    );
    assert_eq!(
        message(read("a,b\n1,\n", true, all.clone())),
        "Q0903 t.csv, line 2, column 2 (`b`): the field is empty"
    );
    assert_eq!(
        message(read("a,b\n1,2\n3\n", true, all.clone())),
        "Q0902 t.csv, line 3: 1 field, but 2 in the first line"
    );
    assert_eq!(message(read("", true, all.clone())), "Q0905 t.csv: the file is empty");
    assert_eq!(message(read("a,b\n", true, all.clone())), "Q0905 t.csv: there is nothing after the header");
    assert_eq!(message(read(IRIS, true, strings(&["c"]))), "Q0904 t.csv: there is no column `c`");
    assert!(message(read(IRIS, true, ints(&[1], &[3]))).starts_with("Q0904 t.csv: there is no column 3"));
    assert!(message(read("1,2\n", false, strings(&["a"]))).starts_with("Q0904"));
    assert!(message(labels("k\n\"\"\nx", Value::text("k"))).starts_with("Q0903 t.csv, line 2"));
    assert_eq!(
        message(read("a,b\n1,\"2\"\n3,\"4\n5,6\n", true, Value::Unit)),
        "Q0909 t.csv, line 3: the quotes around a field don't end"
    );
    // A quote within a field is a letter like others, and two in one that has quotes are one.
    assert_eq!(labels("k,l\n5\",1\n\"a\"\"b\",2\n", Value::text("l")).unwrap(), ints(&[2], &[1, 2]));
    let wide: Vec<u8> = "\u{feff}a,b".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut host = TestHost { files: [("t.csv".to_owned(), wide)].into(), ..TestHost::default() };
    let args = [Value::text("t.csv"), Value::Bool(true), Value::Unit];
    assert_eq!(message(call_with(&mut host, "read_csv", &args)), "Q0901 t.csv: the file is text in UTF-16");
    assert!(failure("read_csv", &[Value::text("no.csv"), Value::Bool(true), all]).starts_with("Q0901"));
}

#[test]
fn what_is_written_reads_back() {
    let mut host = TestHost::default();
    let x = floats(&[2, 2], &[0.1, 1e-300, -3.0, 1e22]);
    call_with(&mut host, "write_csv", &[Value::text("o.csv"), x.clone(), strings(&["p", "q, r"])]).unwrap();
    let back = call_with(&mut host, "read_csv", &[Value::text("o.csv"), Value::Bool(true), Value::Unit]);
    assert_eq!(back.unwrap(), x);
}

fn indices(n: i64) -> Value {
    Value::vector((0..n).collect::<Vec<i64>>())
}

fn sorted(values: &[Value]) -> Vec<i64> {
    let mut all: Vec<i64> =
        values.iter().flat_map(|v| v.clone().into_ints().iter().copied().collect::<Vec<_>>()).collect();
    all.sort_unstable();
    all
}

#[test]
fn a_split_is_a_partition_that_keeps_rows_together() {
    let xs = call("reshape", &[indices(20), ints(&[2], &[10, 2])]);
    let args = |key: i64| {
        [
            Value::Int(key),
            Value::tuple([xs.clone(), indices(10)]),
            Value::Float(0.7),
            Value::Unit,
            Value::Unit,
        ]
    };
    let parts = call("split", &args(1));
    let (train, test) = (parts.parts()[0].parts(), parts.parts()[1].parts());
    assert_eq!((train[1].shape(), test[1].shape()), (&[7][..], &[3][..]));
    assert_eq!(sorted(&[train[1].clone(), test[1].clone()]), (0..10).collect::<Vec<_>>());
    let (x, y) = (train[0].clone().into_ints(), train[1].clone().into_ints());
    assert!((0..7).all(|i| x[[i, 0]] == 2 * y[i] && x[[i, 1]] == 2 * y[i] + 1));
    assert_eq!(call("split", &args(1)), parts);
    assert_ne!(call("split", &args(2)), parts);
}

#[test]
fn a_stratified_split_keeps_the_share_of_each_class() {
    let classes = Value::vector((0..90i64).map(|i| i64::from(i >= 60)).collect());
    let parts =
        call("split", &[Value::Int(1), classes.clone(), Value::Float(2.0 / 3.0), Value::Int(5), classes]);
    let ones = |part: &Value| part.clone().into_ints().iter().filter(|&&class| class == 1).count();
    assert_eq!((ones(&parts.parts()[0]), ones(&parts.parts()[1])), (20, 10));
    assert_eq!(parts.parts()[0].shape(), [60]);
}

#[test]
fn batches_hold_each_item_once() {
    let batches = call("batches", &[Value::Int(3), indices(10), Value::Int(4), Value::Unit]).into_values();
    assert_eq!(batches.iter().map(|b| b.shape()[0]).collect::<Vec<_>>(), [4, 4, 2]);
    assert_eq!(sorted(&batches.iter().cloned().collect::<Vec<_>>()), (0..10).collect::<Vec<_>>());
    assert!(
        failure("batches", &[Value::Int(3), indices(10), Value::Int(0), Value::Unit]).starts_with("Q0610")
    );
    let uneven = Value::tuple([indices(3), indices(4)]);
    assert!(failure("batches", &[Value::Int(3), uneven, Value::Int(2), Value::Unit]).starts_with("Q0604"));
}

#[test]
fn columns_are_scaled_by_their_reference() {
    let x = floats(&[3, 2], &[1.0, 10.0, 2.0, 10.0, 4.0, 10.0]);
    // From NumPy 2.4.
    let expected = [-1.069_044_967_649_697_8, 0.0, -0.267_261_241_912_424_5, 0.0, 1.336_306_209_562_122, 0.0];
    assert_near(&flat(&call("standardize", &[x.clone(), Value::Unit])), &expected, 1e-14, "standardize");
    let other = floats(&[1, 2], &[2.5, 12.0]);
    let scaled = call("minmax", &[other, Value::Float(-1.0), Value::Float(1.0), x]);
    assert_eq!(flat(&scaled), [0.0, -1.0]);
}

#[test]
fn a_constant_column_has_no_spread() {
    // Three times 0.1 is a little more than 0.3.
    for x in [0.1, 0.7, 1e300] {
        let constant = floats(&[3, 1], &[x; 3]);
        assert_eq!(flat(&call("standardize", &[constant.clone(), Value::Unit])), [0.0; 3], "{x}");
        let args = [constant, Value::Float(-1.0), Value::Float(1.0), Value::Unit];
        assert_eq!(flat(&call("minmax", &args)), [-1.0; 3], "{x}");
    }
}

#[test]
fn a_missing_number_is_seen_in_its_column() {
    let x = floats(&[3, 2], &[1.0, 1.0, f64::NAN, 2.0, 4.0, 3.0]);
    let are_none = |values: &[f64]| values.iter().step_by(2).all(|x| x.is_nan());
    let standardized = flat(&call("standardize", &[x.clone(), Value::Unit]));
    let scaled = flat(&call("minmax", &[x, Value::Float(0.0), Value::Float(1.0), Value::Unit]));
    assert!(are_none(&standardized) && are_none(&scaled), "{standardized:?} {scaled:?}");
    assert_eq!([scaled[1], scaled[3], scaled[5]], [0.0, 0.5, 1.0]);
}

#[test]
fn bounds_are_met_and_kept() {
    let mut stream = Stream::new(5);
    for _ in 0..200 {
        let column: Vec<f64> = (0..50).map(|_| stream.uniform() * 20.0 - 10.0).collect();
        let (lo, hi) = (stream.uniform() * 4.0 - 2.0, stream.uniform() * 4.0 - 2.0);
        let args = [floats(&[50, 1], &column), Value::Float(lo), Value::Float(hi), Value::Unit];
        let scaled = flat(&call("minmax", &args));
        let at = |is_before: fn(&f64, &f64) -> bool| {
            (0..50).reduce(|best, i| if is_before(&column[i], &column[best]) { i } else { best }).unwrap()
        };
        assert_eq!((scaled[at(f64::lt)], scaled[at(f64::gt)]), (lo, hi));
        assert!(scaled.iter().all(|x| (lo.min(hi)..=lo.max(hi)).contains(x)), "{scaled:?} for {lo}, {hi}");
    }
}

#[test]
fn another_separator_is_told_of() {
    let help = |result: Result<Value, Fault>| result.unwrap_err().help.join("; ");
    for text in ["a;b\n1;2\n", "a;b\n1,5;2,5\n", "a;b\n1,5;2\n"] {
        assert!(help(read(text, true, Value::Unit)).contains("`;` seem to do it here"), "{text}");
    }
    assert!(help(read("a\tb\n1\t2\n", true, strings(&["b"]))).contains("tabs"));
    assert!(help(labels("a;b\n1;2\n", Value::text("b"))).contains("`;`"));
    assert!(!help(read("a,b;c\nx,2\n", true, Value::Unit)).contains("`;`"));
}

#[test]
fn a_header_of_numbers_is_not_lost() {
    let data = "5.1,3.5\n4.9,3.0\n";
    let fault = read(data, true, Value::Unit).unwrap_err();
    assert_eq!(
        format!("{} {}", fault.code, fault.message),
        "Q0907 t.csv: the first line is taken for a header, and is numbers: 5.1, 3.5"
    );
    assert_eq!(fault.help, ["`header: false` reads it as data"]);
    assert!(message(labels("3,1\n4,2\n", Value::Int(1))).starts_with("Q0907"));
    // Names that are asked for are names, and so are the numbers of columns without one.
    assert_eq!(read("2019,2020\n1,2\n", true, strings(&["2020"])).unwrap(), floats(&[1, 1], &[2.0]));
    assert_eq!(read("0,1\n1,2\n", true, Value::Unit).unwrap(), floats(&[1, 2], &[1.0, 2.0]));
    assert_eq!(read(data, false, Value::Unit).unwrap().shape(), [2, 2]);
}

/// From NumPy 2.4: `svd` of the rows minus their mean, signs as described.
#[test]
fn principal_components_are_those_of_the_reference() {
    let rows = [
        -1.6, -2.13, -0.5, 0.84, 1.56, 0.38, -1.11, -1.34, 0.06, 3.27, 1.91, -0.41, -1.92, 0.64, 0.56, -3.46,
        -1.82, -0.49,
    ];
    let x = floats(&[6, 3], &rows);
    let own = [
        -1.888240880446916,
        -1.1112202369954511,
        2.251449698284302,
        0.677888541064284,
        -1.0171814314231575,
        -0.5691459500370628,
        4.417968833789324,
        -0.6715010969386099,
        -0.5305398996870353,
        1.5449978070129562,
        -3.2334563205165168,
        0.1289809358938837,
    ];
    assert_near(&flat(&call("pca", &[x.clone(), Value::Int(2), Value::Unit])), &own, 1e-12, "pca");
    let others = [
        -2.5522236114741235,
        -1.0329290696603162,
        1.6143411377237904,
        0.6710633428068199,
        -1.6912596130350162,
        -0.5018978888562889,
        3.768437046389329,
        -0.7303473808516968,
        -1.1392949596039796,
        1.5941109965614821,
        -3.8415049251526767,
        0.22529594793584606,
    ];
    let reference = floats(&[5, 3], &rows[..15]);
    assert_near(&flat(&call("pca", &[x.clone(), Value::Int(2), reference])), &others, 1e-12, "reference");
    assert!(failure("pca", &[x.clone(), Value::Int(4), Value::Unit]).starts_with("Q0610"));
    assert!(failure("pca", &[x, Value::Int(1), floats(&[5, 2], &[0.0; 10])]).starts_with("Q0604"));
}
