//! Networks are the shortest by trying all, and hold every rotation in its turn.

use qml_ir::circuit::testing::Random;

use super::{Aim, Search};
use crate::clifford_classes::{Classes, Shape};

/// Whether a path does what it is for, by taking rotations as late as that goes.
fn is_good(aim: &Aim, path: &[u16]) -> bool {
    let classes = Classes::all();
    let mut done = 0;
    let mut last = aim.start;
    for (i, &class) in std::iter::once(&aim.start).chain(path).enumerate() {
        if i > 0 && !classes.after(last, aim.shape).contains(&class) {
            return false;
        }
        last = class;
        for rotation in 0..aim.strings.len() {
            let is_short = classes.short(class) >> aim.strings[rotation] & 1 == 1;
            if is_short && aim.waits_for[rotation] & !done == 0 {
                done |= 1 << rotation;
            }
        }
    }
    last == 0 && done.count_ones() as usize == aim.strings.len()
}

/// Whether any path of that length is good.
fn exists(aim: &Aim, path: &mut Vec<u16>, n_cx: usize) -> bool {
    if path.len() == n_cx {
        return is_good(aim, path);
    }
    let classes = Classes::all();
    let at = path.last().copied().unwrap_or(aim.start);
    classes.after(at, aim.shape).iter().any(|&next| {
        path.push(next);
        let exists = exists(aim, path, n_cx);
        path.pop();
        exists
    })
}

#[test]
fn random_networks_are_the_shortest() {
    let mut random = Random::new(73);
    let mut search = Search::new(10_000);
    let mut lengths = [0; 5];
    for _ in 0..60 {
        let shape = if random.chance(0.5) { Shape::Line } else { Shape::Triangle };
        let mut start = 0;
        for _ in 0..random.below(4) {
            let after = Classes::all().after(start, shape);
            start = after[random.below(after.len())];
        }
        let strings: Vec<u8> = (0..random.below(3)).map(|_| 1 + random.below(63) as u8).collect();
        // Each waits for the one before it, or for none.
        let waits_for = (0..strings.len() as u64).map(|i| if random.chance(0.5) { i } else { 0 }).collect();
        let aim = Aim { start, strings, waits_for, shape };
        let shortest = (0..4).find(|&n_cx| exists(&aim, &mut Vec::new(), n_cx));
        let found = search.shortest_network(aim.clone(), 4);
        assert_eq!(found.as_ref().map(Vec::len), shortest, "{aim:?}");
        assert!(found.is_none_or(|path| is_good(&aim, &path)));
        lengths[shortest.unwrap_or(4)] += 1;
        assert_eq!(search.shortest_network(aim, shortest.unwrap_or(0)), None);
    }
    assert!(lengths.iter().all(|n| *n > 2), "{lengths:?}");
}
