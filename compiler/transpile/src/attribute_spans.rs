//! Gives operations that replace others the places of those that they stand for.
//!
//! A new two-wire gate takes the place of an old one on the same wires, in order and the last one for all that are left;
//! where there is none, of an old two-wire gate on one of its wires, else of any. Another operation takes the place of the
//! old one with its first slot, or on its wire.

use std::collections::HashMap;

use qml_ir::circuit::{Op, Wire};
use qml_source::Span;

/// Changes the spans of `new`, made from `old`.
pub fn attribute_spans<'a>(old: impl IntoIterator<Item = &'a Op>, new: &mut [Op]) {
    let mut of_pair: HashMap<[Wire; 2], Vec<Span>> = HashMap::new();
    // The first operation of each wire, those on two wires before others.
    let mut paired: HashMap<Wire, Span> = HashMap::new();
    let mut single: HashMap<Wire, Span> = HashMap::new();
    let mut of_slot: HashMap<u32, Span> = HashMap::new();
    let mut any_pair = None;
    for op in old {
        let wires = op.wires();
        if let &[a, b] = &*wires {
            of_pair.entry(sorted(a, b)).or_default().push(op.span);
            any_pair = any_pair.or(Some(op.span));
            wires.iter().for_each(|&wire| _ = paired.entry(wire).or_insert(op.span));
        } else {
            wires.iter().for_each(|&wire| _ = single.entry(wire).or_insert(op.span));
        }
        for &(slot, _) in op.angles().iter().flat_map(|angle| &angle.terms) {
            of_slot.entry(slot.0).or_insert(op.span);
        }
    }
    let mut n_taken: HashMap<[Wire; 2], usize> = HashMap::new();
    for op in new {
        let wires = op.wires();
        let of_wires = |map: &HashMap<Wire, Span>| wires.iter().find_map(|wire| map.get(wire)).copied();
        let span = if let &[a, b] = &*wires {
            let taken = n_taken.entry(sorted(a, b)).or_default();
            *taken += 1;
            let own = of_pair.get(&sorted(a, b)).and_then(|spans| spans.get(*taken - 1).or(spans.last()));
            own.copied().or_else(|| of_wires(&paired)).or(any_pair)
        } else {
            let slot = op.angles().iter().flat_map(|angle| &angle.terms).next();
            let own = slot.and_then(|term| of_slot.get(&term.0.0)).copied();
            own.or_else(|| of_wires(&single)).or_else(|| of_wires(&paired))
        };
        op.span = span.unwrap_or(op.span);
    }
}

fn sorted(a: Wire, b: Wire) -> [Wire; 2] {
    [a.min(b), a.max(b)]
}
