//! Results, written and read.

use qml_devices::find;
use qml_ir::circuit::testing::{Options as Kinds, Random, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Slot};
use qml_ir::specialise::bind::{Binary, Node, Unary};
use qml_source::{FileId, Span};

use super::{key, read, write};
use crate::{Compiled, Options, compile};

/// The circuit with a place for each operation, the first from `start` on.
fn placed(mut circuit: Circuit, start: usize) -> Circuit {
    let mut next = start;
    circuit.visit_mut(|op| {
        op.span = Span::new(FileId(1), next, next + 2);
        next += 3;
    });
    circuit
}

fn options() -> Options {
    Options { blocks_at_bind: true, ..Options::default() }
}

#[test]
fn what_is_written_reads_back() {
    let mut random = Random::new(41);
    for (name, kinds) in [
        ("line:4", Kinds::unitary(4, 30)),
        ("iqm_garnet", Kinds::unitary(4, 20)),
        ("grid:2x2", Kinds::everything(4, 20)),
    ] {
        let device = find(name).unwrap();
        for _ in 0..6 {
            let source = placed(random_circuit(&mut random, &kinds), 100);
            let compiled = compile(&source, &device, &options()).unwrap();
            let text = write(&compiled, &source).expect("a text");
            assert_eq!(read(&text, &source).as_ref(), Some(&compiled));
        }
    }
}

#[test]
fn a_source_elsewhere_has_the_same_key_and_its_own_places() {
    let text =
        "cx q0 q1; ry(s0) q0; ry(s1) q1; cx q1 q2; ry(s1) q1; rz(s0) q0; cx q0 q2; rx(s0) q2; cx q1 q0";
    let source = Circuit::parse(text).unwrap();
    let (one, other) = (placed(source.clone(), 10), placed(source, 5000));
    let device = find("line:3").unwrap();
    assert_eq!(key(&one, &device, &options()), key(&other, &device, &options()));
    let text = write(&compile(&one, &device, &options()).unwrap(), &one).unwrap();
    assert_eq!(read(&text, &other), Some(compile(&other, &device, &options()).unwrap()));
}

#[test]
fn keys_tell_circuits_devices_options_and_shared_places_apart() {
    let source = placed(Circuit::parse("rx(s0) q0; cx q0 q1").unwrap(), 10);
    let device = find("line:3").unwrap();
    let of =
        |circuit: &Circuit, device: &str, options: &Options| key(circuit, &find(device).unwrap(), options);
    let mut together = source.clone();
    together.ops[1].span = together.ops[0].span;
    let keys = [
        key(&source, &device, &options()),
        key(&together, &device, &options()),
        of(&placed(Circuit::parse("rx(2.0*s0) q0; cx q0 q1").unwrap(), 10), "line:3", &options()),
        of(&source, "line:4", &options()),
        of(&source, "line:3/cx", &options()),
        of(&source, "line:3", &Options { seed: 1, ..options() }),
        of(&source, "line:3", &Options::default()),
    ];
    let different: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(different.len(), keys.len());
}

#[test]
fn computed_slots_are_kept() {
    let source = Circuit::parse("rx(s0) q0").unwrap();
    let compiled = compile(&source, &find("line:1").unwrap(), &options()).unwrap();
    let slot = Angle::slot(Slot(0)).times(0.1).plus(&Angle::constant(-1.0 / 3.0));
    let computed =
        vec![Node::Unary(Unary::Sin, slot.clone()), Node::Binary(Binary::Mod, slot, Angle::constant(1e-30))];
    let compiled = Compiled { computed, ..compiled };
    assert_eq!(read(&write(&compiled, &source).unwrap(), &source), Some(compiled));
}

#[test]
fn what_is_no_result_is_not_read_and_what_has_no_place_not_written() {
    let source = placed(Circuit::parse("rx(s0) q0").unwrap(), 10);
    let compiled = compile(&source, &find("line:1").unwrap(), &options()).unwrap();
    let text = write(&compiled, &source).unwrap();
    for wrong in ["", "{}", &text[1..], &text.replacen("\"spans\":[", "\"spans\":[99,", 1)] {
        assert_eq!(read(wrong, &source), None, "{wrong}");
    }
    assert_eq!(write(&compiled, &placed(source, 1000)), None);
}
