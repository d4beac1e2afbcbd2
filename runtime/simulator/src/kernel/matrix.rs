//! Any matrix on more than two wires, one amplitude after the other: the fallback for what has no kernel of its own.

use super::{Tile, for_selected, lane_bits};
use crate::C64;
use crate::plan::Select;
use crate::vector::{Real, Vector};

/// Applies the matrix, first position least significant, to the selected amplitudes.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    positions: &[u32],
    matrix: *const V::Real,
    select: Select,
) {
    let n_samples = if PER_LANE { V::LANES } else { 1 };
    for sample in 0..n_samples {
        // SAFETY: The caller's contract.
        let matrix = unsafe { entries::<V, PER_LANE>(matrix, positions.len(), sample) };
        let mut group = vec![C64::ZERO; 1 << positions.len()];
        for_groups::<V, PER_LANE>(tile, positions, select, |places| {
            // SAFETY: The places are in the tile.
            unsafe {
                gather::<V>(tile, places, sample, &mut group);
                let image = product(&matrix, &group);
                scatter::<V>(tile, places, sample, &image);
            }
        });
    }
}

/// Undoes the matrix, and adds to its transition matrix.
#[inline(always)]
pub(super) unsafe fn back<V: Vector, const PER_LANE: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    positions: &[u32],
    matrix: *const V::Real,
    select: Select,
    transition: &mut [f64],
) {
    let dim = 1 << positions.len();
    let n_samples = if PER_LANE { V::LANES } else { 1 };
    for sample in 0..n_samples {
        // SAFETY: The caller's contract.
        let matrix = unsafe { entries::<V, PER_LANE>(matrix, positions.len(), sample) };
        let inverse: Vec<C64> = (0..dim * dim).map(|k| matrix[(k % dim) * dim + k / dim].conj()).collect();
        let mut group = vec![C64::ZERO; dim];
        for_groups::<V, PER_LANE>(ket, positions, select, |places| {
            // SAFETY: The places are in both tiles.
            unsafe {
                gather::<V>(ket, places, sample, &mut group);
                let ket_in = product(&inverse, &group);
                scatter::<V>(ket, places, sample, &ket_in);
                gather::<V>(bra, places, sample, &mut group);
                for (k, ket_in) in ket_in.iter().enumerate() {
                    for (j, bra_out) in group.iter().enumerate() {
                        let entry = ket_in * bra_out.conj();
                        let at = 2 * ((k * dim + j) * n_samples + sample);
                        transition[at] += entry.re;
                        transition[at + 1] += entry.im;
                    }
                }
                let bra_in = product(&inverse, &group);
                scatter::<V>(bra, places, sample, &bra_in);
            }
        });
    }
}

/// The matrix of a sample.
unsafe fn entries<V: Vector, const PER_LANE: bool>(
    matrix: *const V::Real,
    n_wires: usize,
    sample: usize,
) -> Vec<C64> {
    (0..1usize << (2 * n_wires))
        .map(|k| {
            let (re, im) = if PER_LANE {
                (2 * V::LANES * k + sample, 2 * V::LANES * k + V::LANES + sample)
            } else {
                (2 * k, 2 * k + 1)
            };
            // SAFETY: The matrix has so many entries.
            unsafe { C64::new((*matrix.add(re)).to_f64(), (*matrix.add(im)).to_f64()) }
        })
        .collect()
}

fn product(matrix: &[C64], group: &[C64]) -> Vec<C64> {
    matrix.chunks_exact(group.len()).map(|row| row.iter().zip(group).map(|(a, b)| a * b).sum()).collect()
}

/// Calls `visit` with the places of the amplitudes that the matrix mixes, for each setting of the other selected wires.
fn for_groups<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    positions: &[u32],
    select: Select,
    mut visit: impl FnMut(&[usize]),
) {
    let bits = lane_bits::<V, PER_LANE>();
    let place = |i: usize| {
        let lane = i & ((1 << bits) - 1);
        (i >> bits) * 2 * V::LANES + lane
    };
    let targets: usize = positions.iter().map(|p| 1 << p).sum();
    let offset = |k: usize| positions.iter().enumerate().fold(0, |sum, (i, p)| sum | (k >> i & 1) << p);
    let offsets: Vec<usize> = (0..1 << positions.len()).map(offset).collect();
    let mut places = vec![0; offsets.len()];
    for_selected(tile.n_groups << bits, select.mask | targets, select.value, |i| {
        places.iter_mut().zip(&offsets).for_each(|(to, offset)| *to = place(i | offset));
        visit(&places);
    });
}

unsafe fn gather<V: Vector>(tile: Tile<V::Real>, places: &[usize], sample: usize, group: &mut [C64]) {
    for (to, place) in group.iter_mut().zip(places) {
        // SAFETY: The caller's places are in the tile.
        unsafe {
            let at = tile.data.add(place + sample);
            *to = C64::new((*at).to_f64(), (*at.add(V::LANES)).to_f64());
        }
    }
}

unsafe fn scatter<V: Vector>(tile: Tile<V::Real>, places: &[usize], sample: usize, group: &[C64]) {
    for (from, place) in group.iter().zip(places) {
        // SAFETY: The caller's places are in the tile.
        unsafe {
            let at = tile.data.add(place + sample);
            *at = V::Real::from_f64(from.re);
            *at.add(V::LANES) = V::Real::from_f64(from.im);
        }
    }
}
