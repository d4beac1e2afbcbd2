//! Every file of the catalogue reads, is embedded, and is named after its device.

use std::fs;

use expect_test::expect;

use super::{FILES, catalogue};
use crate::{find, list};

#[test]
fn every_file_of_the_folder_is_embedded_and_reads() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/catalogue");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    assert!(FILES.is_sorted_by_key(|(name, _)| *name));
    assert_eq!(names, catalogue().collect::<Vec<_>>());
    for name in names {
        assert_eq!(find(&name).unwrap().name, name);
    }
}

#[test]
fn devices_that_can_be_compiled_for() {
    let names: Vec<_> = list().unwrap().into_iter().filter(|row| row.not_supported.is_none()).collect();
    let names: Vec<_> =
        names.iter().map(|row| format!("{} {}", row.name, row.compiled_to.join(" "))).collect();
    expect![[r#"
        aqt_ibex_q1 rz r rxx
        aqt_offline_simulator_noise rz r rxx
        google_weber rz phased_xz cz
        google_willow_pink rz phased_xz cz
        ibm_aachen rz sx x cz
        ibm_berlin rz sx x cz
        ibm_boston rz sx x cz
        ibm_brisbane rz sx x ecr
        ibm_brussels rz sx x ecr
        ibm_fez rz sx x cz
        ibm_kingston rz sx x cz
        ibm_marrakesh rz sx x cz
        ibm_sherbrooke rz sx x ecr
        ibm_strasbourg rz sx x ecr
        ibm_torino rz sx x cz
        ionq_aria_1 gpi gpi2 ms
        ionq_forte_1 gpi gpi2 zz
        ionq_forte_enterprise_1 gpi gpi2 zz
        iqm_adonis_fake prx cz
        iqm_aphrodite_fake prx cz
        iqm_apollo_fake prx cz
        iqm_deneb_fake prx cz move
        iqm_emerald prx cz
        iqm_garnet prx cz
        iqm_garnet_fake prx cz
        iqm_sirius prx cz move
        oqc_lucy rz sx x ecr
        quantinuum_h1_1 rz u1q rzz
        quantinuum_h2_1 rz u1q rzz
        quantinuum_h2_2 rz u1q rzz
        quantinuum_helios_1 rz u1q rzz
        rigetti_ankaa_3 rz rx iswap
        rigetti_cepheus_1_108q rz rx cz"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn the_summary_of_a_device() {
    expect![[r#"
        ibm_torino
          made by              IBM, ibm_torino
          kind                 qpu
          qubits               133 (superconducting-transmon)
          coupled pairs        150, 11 of them out of service
          native gates         rz, sx, x, id, cz, rzz, rx
          compiled to          rz, sx, x, cz
          mid-circuit measure  yes
          feed-forward         yes
          reset                yes
          most shots           100000
          error, one qubit     0.027 %
          error, two qubits    0.408 %
          error, readout       2.295 %
          T1                   184.987 us
          T2                   140.939 us
          figures of           2025-02-26T15:26:08-05:00 (medians)
          note: gate_error of exactly 1 is the vendor sentinel for an uncalibrated/faulty gate: kept as reported and flagged operational=false.
          note: max_experiments is the configuration field; the primitives accept PUB lists, other service limits apply.
          note: location is not stated in the package.
          note: of qubit 23 and 4 others T2 is more than twice T1 (151.9 us and 66.6 us), which is impossible: noise is as if it were twice T1
    "#]].assert_eq(&find("ibm_torino").unwrap().summary().to_string());
    expect![[r"
        line:3
          kind                 shape
          qubits               3
          coupled pairs        2
          native gates         rz, sx, x, cz
          compiled to          rz, sx, x, cz
          mid-circuit measure  yes
          feed-forward         yes
          reset                yes
    "]]
    .assert_eq(&find("line:3").unwrap().summary().to_string());
}

/// Reading 1 for 0 and 0 for 1 differ on most devices, and both are in the files.
#[test]
fn readout_errors_are_those_of_each_outcome() {
    let garnet = find("iqm_garnet").unwrap();
    assert_eq!(garnet.qubits[0].readout_errors, Some([0.0107, 0.0132]));
    assert_eq!(garnet.qubits[0].readout_error, Some(0.01195));
}
