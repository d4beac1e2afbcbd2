//! Files of other tools mean what these tools say.

#[path = "../examples/read_from_peers.rs"]
#[expect(dead_code, reason = "the command line is not used here")]
mod read_from_peers;

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn files_mean_what_their_tools_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            n_files += 1;
            let checked = read_from_peers::check(&path.with_extension("qasm"));
            assert!(checked.is_ok(), "{}: {}", path.display(), checked.unwrap_err());
        }
    }
    assert_eq!(n_files, 9);
}

#[test]
fn a_wrong_circuit_is_noticed() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    for (name, from, to) in
        [("braket_parameters", "2*alpha", "alpha"), ("dynamic_switch", "case 0", "case 3")]
    {
        let text = fs::read_to_string(data.join(name).with_extension("qasm")).unwrap();
        assert!(text.contains(from));
        let path = folder.join(format!("{name}.qasm"));
        fs::write(&path, text.replace(from, to)).unwrap();
        fs::copy(data.join(name).with_extension("txt"), path.with_extension("txt")).unwrap();
        assert!(read_from_peers::check(&path).is_err(), "{name}");
    }
}
