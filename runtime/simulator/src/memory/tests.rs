//! What the system's files are read as.

use super::*;

#[test]
fn the_tightest_group_around_the_process_counts() {
    let root = std::env::temp_dir().join(format!("qml-cgroup-{}", std::process::id()));
    let inner = root.join("outer/inner");
    fs::create_dir_all(&inner).unwrap();
    fs::write(inner.join("memory.max"), "max\n").unwrap();
    fs::write(inner.join("memory.current"), "500\n").unwrap();
    fs::write(root.join("outer/memory.max"), "1000\n").unwrap();
    fs::write(root.join("outer/memory.current"), "700\n").unwrap();
    fs::write(root.join("outer/memory.stat"), "anon 1\ninactive_file 200\n").unwrap();
    assert_eq!(group_available("0::/outer/inner", &root), Some(500));
    assert_eq!(group_available("3:cpu:/outer/inner", &root), None);
    fs::remove_dir_all(&root).unwrap();
}

#[test]
fn this_machine_has_some_memory() {
    assert!((1 << 20..1 << 60).contains(&available_bytes()));
}
