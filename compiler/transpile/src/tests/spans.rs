//! The place of each gate of a compiled circuit is that of a gate of the source.

use qml_devices::find;
use qml_ir::circuit::testing::{Options as Kinds, Random, random_circuit};
use qml_ir::circuit::{Circuit, Op, OpKind};
use qml_source::{FileId, Span};

use super::options;
use crate::compile;

/// Operation `i`, those in branches too, stands at byte `10 * i`.
fn place(circuit: &mut Circuit) {
    let mut place = 0;
    circuit.visit_mut(|op| {
        op.span = Span::new(FileId(0), 10 * place, 10 * place + 5);
        place += 1;
    });
}

fn is_pair(op: &Op) -> bool {
    op.wires().len() > 1 && !matches!(op.kind, OpKind::If { .. } | OpKind::Barrier { .. })
}

#[test]
fn spans_survive_every_pass() {
    let mut random = Random::new(21);
    for i in 0..40 {
        let mut kinds = Kinds::everything(4, 14);
        kinds.measurements = i % 2 == 0;
        let mut source = random_circuit(&mut random, &kinds);
        place(&mut source);
        let mut all: Vec<Span> = Vec::new();
        let mut pairs: Vec<Span> = Vec::new();
        source.visit(|op| {
            all.push(op.span);
            pairs.extend(is_pair(op).then_some(op.span));
        });
        for (target, level) in [("line:5", 0), ("line:5", 1), ("grid:2x3/cx", 2)] {
            let compiled = compile(&source, &find(target).unwrap(), &options(level)).unwrap();
            compiled.circuit.visit(|op| match op.kind {
                OpKind::Gate { .. } if is_pair(op) => {
                    assert!(pairs.contains(&op.span), "{op:?} at {target}, level {level}\n{source}");
                }
                _ => assert!(all.contains(&op.span), "{op:?} at {target}, level {level}\n{source}"),
            });
            assert!(compiled.swaps.iter().all(|span| pairs.contains(span)), "{:?}\n{source}", compiled.swaps);
            assert_eq!(compiled.swaps.len(), compiled.stats.swaps);
        }
    }
}
