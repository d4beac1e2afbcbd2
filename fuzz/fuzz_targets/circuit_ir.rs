//! What reads as a circuit is printed and read back as the same circuit; the validator stands whatever it is given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qml_ir::circuit::Circuit;

fuzz_target!(|text: &str| {
    let Ok(circuit) = Circuit::parse(text) else { return };
    if circuit.check().is_ok() {
        let printed = circuit.to_string();
        // As text: a NaN is not equal to itself.
        assert_eq!(Circuit::parse(&printed).expect("it reads back").to_string(), printed);
    }
});
