//! Circuits without their SWAPs end on other wires.

use qml_ir::circuit::testing::{Options, Random, assert_same_on_device, random_circuit};

use super::elide_swaps;

#[test]
fn random_circuits_are_the_same_from_layout_to_layout() {
    let mut random = Random::new(6);
    for _ in 0..30 {
        let original = random_circuit(&mut random, &Options::unitary(4, 15));
        let mut circuit = original.clone();
        elide_swaps(&mut circuit);
        circuit.validate();
        assert_same_on_device(&original, &circuit);
    }
}
