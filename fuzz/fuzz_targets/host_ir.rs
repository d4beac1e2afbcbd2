//! What reads as host IR is printed and read back as the same module; the validator stands whatever it is given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qml_ir::host::Module;

fuzz_target!(|text: &str| {
    let Ok(module) = Module::parse(text) else { return };
    if module.validate().is_ok() {
        let printed = module.to_string();
        // As text: a NaN is not equal to itself.
        assert_eq!(Module::parse(&printed).expect("it reads back").to_string(), printed);
    }
});
