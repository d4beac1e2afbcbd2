//! Regions are dense and of the right size.

use super::find_region;
use crate::target::Target;
use qml_devices::find;

fn n_couplings(device: &str, n: usize) -> usize {
    let target = Target::new(&find(device).unwrap());
    let region = find_region(n, &target).unwrap();
    assert_eq!(region.len(), n);
    for (a, near) in region.iter().enumerate() {
        assert!(near.iter().all(|&b| region[b].contains(&a)));
    }
    region.iter().map(Vec::len).sum::<usize>() / 2
}

#[test]
fn grids_have_squares() {
    assert_eq!(n_couplings("grid:5x5", 4), 4);
    assert_eq!(n_couplings("grid:5x5", 6), 7);
    assert_eq!(n_couplings("grid:5x5", 9), 12);
}

#[test]
fn lines_have_none() {
    assert_eq!(n_couplings("line:9", 5), 4);
}

#[test]
fn larger_than_the_device() {
    assert!(find_region(5, &Target::new(&find("line:4").unwrap())).is_none());
}
