use std::fs;
use std::path::PathBuf;

use super::{Printed, Times};

fn file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("qml-replay-{}-{name}", std::process::id()));
    _ = fs::remove_file(&path);
    path
}

#[test]
fn what_was_printed_is_not_printed_again() {
    let path = file("output");
    Printed::new(&path, false).unwrap().print("one\ntwo ä").unwrap();
    // The last letter was cut in two.
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 1).unwrap();

    let mut again = Printed::new(&path, true).unwrap();
    assert_eq!(again.print("one\n").unwrap(), Some(""));
    assert_eq!(again.print("two äh\n").unwrap(), Some("äh\n"));
    assert_eq!(again.print("three\n").unwrap(), Some("three\n"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo äh\nthree\n");

    let mut other = Printed::new(&path, true).unwrap();
    assert_eq!(other.print("one\n").unwrap(), Some(""));
    assert_eq!(other.print("four\n").unwrap(), None);
    fs::remove_file(&path).unwrap();
}

#[test]
fn times_are_answered_as_before() {
    let path = file("times");
    let mut first = Times::new(&path).unwrap();
    assert_eq!((first.answer(1.5).unwrap(), first.answer(2.25).unwrap()), (1.5, 2.25));
    first.flush().unwrap();
    // An answer that came halfway to the disk was not given.
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..12]).unwrap();

    let mut again = Times::new(&path).unwrap();
    assert_eq!((again.answer(7.0).unwrap(), again.answer(8.0).unwrap()), (1.5, 8.0));
    again.flush().unwrap();
    assert_eq!(fs::read(&path).unwrap().len(), 16);
    fs::remove_file(&path).unwrap();
}
