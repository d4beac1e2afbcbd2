//! What reads as OpenQASM is a valid circuit, written again as OpenQASM 3 that reads as well.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qml_qasm::{export_qasm3, import, import_program};
use qml_source::FileId;

fuzz_target!(|text: &str| {
    match import_program(FileId(0), text) {
        Err(faults) => assert!(faults.iter().all(|fault| fault.primary.is_some()), "{faults:?}"),
        Ok(program) => {
            // Broadcasting over large registers makes much of little.
            if program.circuit.ops.len() > 10_000 {
                return;
            }
            if let Ok(circuit) = import(FileId(0), text) {
                let written = export_qasm3(&circuit);
                if let Err(faults) = import(FileId(0), &written) {
                    panic!("{written}\n{faults:?}");
                }
            }
        }
    }
});
