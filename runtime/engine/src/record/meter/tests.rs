use std::fs;

use super::Energy;

#[test]
fn counters_of_packages_are_summed_and_may_start_again() {
    let root = std::env::temp_dir().join(format!("qml-powercap-{}", std::process::id()));
    let zone = |name: &str, is: &str, microjoules: u64| {
        let zone = root.join(name);
        fs::create_dir_all(&zone).unwrap();
        fs::write(zone.join("name"), format!("{is}\n")).unwrap();
        fs::write(zone.join("max_energy_range_uj"), "1000000\n").unwrap();
        fs::write(zone.join("energy_uj"), format!("{microjoules}\n")).unwrap();
    };
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
