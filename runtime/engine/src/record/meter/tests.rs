use std::fs;
use std::path::Path;

use super::{Energy, Meter, Reading};
use crate::clock::Clock;

/// A folder as the powercap framework has it.
fn write_zone(root: &Path, name: &str, is: &str, microjoules: u64) {
    let zone = root.join(name);
    fs::create_dir_all(&zone).unwrap();
    fs::write(zone.join("name"), format!("{is}\n")).unwrap();
    fs::write(zone.join("max_energy_range_uj"), "1000000\n").unwrap();
    fs::write(zone.join("energy_uj"), format!("{microjoules}\n")).unwrap();
}

#[test]
fn energy_is_that_of_all_processes_of_a_run() {
    let root = std::env::temp_dir().join(format!("qml-powercap-run-{}", std::process::id()));
    write_zone(&root, "intel-rapl:0", "package-0", 100_000);
    let mut first = Meter::with_counters(&root, Clock::start(), Reading::default());
    write_zone(&root, "intel-rapl:0", "package-0", 400_000);
    let kept = first.read();
    assert!((kept.joules.unwrap() - 0.3).abs() < 1e-12, "{kept:?}");

    let mut second = Meter::with_counters(&root, Clock::start(), Reading::default());
    second.go_on(kept);
    write_zone(&root, "intel-rapl:0", "package-0", 600_000);
    assert!((second.read().joules.unwrap() - 0.5).abs() < 1e-12);
    assert_eq!(second.energy_note(), None);
    // Where one process could not measure, the sum would be wrong.
    let unknown = Reading { joules: None, ..kept };
    second.go_on(unknown);
    assert_eq!(second.read().joules, None);
    assert!(second.energy_note().unwrap().contains("could not measure"));
    fs::remove_dir_all(&root).unwrap();
    let mut none = Meter::with_counters(&root, Clock::start(), Reading::default());
    assert_eq!(none.read().joules, None);
    assert!(none.energy_note().unwrap().starts_with("there is no"));
}

#[test]
fn counters_of_packages_are_summed_and_may_start_again() {
    let root = std::env::temp_dir().join(format!("qml-powercap-{}", std::process::id()));
    let zone = |name: &str, is: &str, microjoules: u64| write_zone(&root, name, is, microjoules);
    assert!(Energy::new(&root).unwrap_err().starts_with("there is no"));
    zone("intel-rapl:0:0", "core", 7);
    assert!(Energy::new(&root).unwrap_err().contains("has no counter"));
    zone("intel-rapl:0", "package-0", 900_000);
    zone("intel-rapl:1", "package-1", 0);
    let mut energy = Energy::new(&root).unwrap();
    assert_eq!(energy.look(), 0.0);
    zone("intel-rapl:0", "package-0", 100_000);
    zone("intel-rapl:1", "package-1", 500_000);
    zone("intel-rapl:0:0", "core", 999_999);
    assert!((energy.look() - 0.7).abs() < 1e-12);
    fs::write(root.join("intel-rapl:1/energy_uj"), "none").unwrap();
    assert!(Energy::new(&root).unwrap_err().ends_with("holds no number"));
    fs::remove_dir_all(&root).unwrap();
}
