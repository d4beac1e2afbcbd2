//! The catalogue: device files that are part of the program.

use qml_source::Diagnostic;

use crate::Device;
use crate::file::parse;

macro_rules! embed {
    ($($name:literal)*) => {
        /// Names and texts, sorted by name.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../catalogue/", $name, ".json"))),)*];
    };
}

embed! {
    "alicebob_boson_4"
    "alicebob_emu_1q_lescanne_2020"
    "alicebob_emu_40q_physical_cats"
    "alicebob_emu_6q_physical_cats"
    "aqt_ibex_q1"
    "aqt_offline_simulator_noise"
    "google_weber"
    "google_willow_pink"
    "ibm_aachen"
    "ibm_berlin"
    "ibm_boston"
    "ibm_brisbane"
    "ibm_brussels"
    "ibm_fez"
    "ibm_kingston"
    "ibm_marrakesh"
    "ibm_sherbrooke"
    "ibm_strasbourg"
    "ibm_torino"
    "ionq_aria_1"
    "ionq_forte_1"
    "ionq_forte_enterprise_1"
    "iqm_adonis_fake"
    "iqm_aphrodite_fake"
    "iqm_apollo_fake"
    "iqm_deneb_fake"
    "iqm_emerald"
    "iqm_garnet"
    "iqm_garnet_fake"
    "iqm_sirius"
    "oqc_lucy"
    "pasqal_fresnel"
    "pasqal_pulser_analog_device"
    "pasqal_pulser_digital_analog_device"
    "pasqal_pulser_weighted_analog_device"
    "quandela_altair"
    "quandela_ascella"
    "quandela_belenos"
    "quantinuum_h1_1"
    "quantinuum_h2_1"
    "quantinuum_h2_2"
    "quantinuum_helios_1"
    "rigetti_ankaa_3"
    "rigetti_cepheus_1_108q"
}

/// Names of the catalogue, sorted.
pub fn catalogue() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

/// The file of the device of this name, if the catalogue has it.
pub(crate) fn text(name: &str) -> Option<&'static str> {
    let row = FILES.binary_search_by_key(&name, |(name, _)| *name).ok()?;
    Some(FILES[row].1)
}

/// The device of this name, if the catalogue has it.
pub(crate) fn load(name: &str) -> Option<Result<Device, Diagnostic>> {
    text(name).map(|text| parse(text, name))
}

#[cfg(test)]
mod tests;
