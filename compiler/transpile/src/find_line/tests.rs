//! Lines on devices with and without one through all qubits.

use qml_devices::find;

use super::find_line;
use crate::target::Target;

#[test]
fn a_line_goes_along_couplings() {
    let target = Target::new(&find("grid:4x5").unwrap());
    let line = find_line(20, &target).unwrap();
    for pair in line.start.qubit.windows(2) {
        assert_eq!(target.distance(pair[0], pair[1]), 1);
        assert_eq!(line.target.distance(pair[0], pair[1]), 1);
    }
    let ends = [line.start.qubit[0], line.start.qubit[19]];
    assert_eq!(line.target.distance(ends[0], ends[1]), 19);
}

#[test]
fn some_may_stand_beside_it() {
    // No path goes through all 20.
    let target = Target::new(&find("iqm_garnet").unwrap());
    let line = find_line(20, &target).unwrap();
    let mut qubits = line.start.qubit.clone();
    qubits.sort_unstable();
    assert_eq!(qubits, target.usable);
    assert_eq!(line.target.n_couplings(), 2 * 19);
}

#[test]
fn a_star_has_none() {
    let star: Vec<[u16; 2]> = (1..8).map(|point| [0, point]).collect();
    let target = Target::new(&find("all_to_all:8").unwrap()).restricted(&star);
    assert!(find_line(8, &target).is_none());
    assert!(find_line(3, &target).is_some());
}
