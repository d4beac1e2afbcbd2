use crate::ket::{Ket, Layout, Line};
use crate::pass::{Shared, Tiles};

/// All lines in which amplitudes of a tile lie are asked for once, and no other.
#[test]
fn a_tile_is_asked_for() {
    let layout = Layout::single(12, 3);
    let mut ket: Ket<f64> = Ket::new(vec![Line::default(); layout.n_lines::<f64>()], layout);
    let first = ket.reals().as_ptr() as usize;
    let tiles = Tiles::of(layout, &[0, 1, 2, 3, 4, 7, 10]);
    // Wires 5, 6, 8, 9 and 11 tell tiles apart: number 6 has ones on 6 and 8.
    let ahead = tiles.ahead(Shared::new(&mut ket), 6);
    let mut found: Vec<usize> = std::iter::from_fn(|| ahead.next_line())
        .map(|line| (line as usize - first) / size_of::<Line>())
        .collect();
    found.sort_unstable();
    let in_tile = |i: &usize| i & 0b1011_0110_0000 == 0b0001_0100_0000;
    let lines = |i: usize| [0, 1].map(|part| (layout.place(i).0 / 16 * 16 + 8 * part) / 8);
    let mut expected: Vec<usize> = (0..1 << 12).filter(in_tile).flat_map(lines).collect();
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(found, expected);
    assert_eq!(tiles.ahead(Shared::new(&mut ket), 32).next_line(), None, "there are 32 tiles");
}
