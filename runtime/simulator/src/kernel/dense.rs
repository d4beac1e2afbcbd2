//! Any matrix on one or two wires, with controls.
//!
//! Of the wires, some count groups and some count lanes. An image's group `h` is the sum over groups `g` and over
//! exchanges `x` of lanes, `out_h = sum of C[h][g][x] * (group g with lanes exchanged by x)`; the coefficients of
//! each lane are rows of the matrix, or of the identity where the lane's controls are not satisfied. So one loop serves
//! all cases. Per amplitude 8 d - 2 flops for a matrix of d rows, and two times its bytes; half of the flops for a real
//! matrix, and 6 for a diagonal before it.
//!
//! Where lanes are samples all wires count registers. The terms of a sum then stand in the order that they have where
//! some of the wires are near: by far wires first, then by exchanges of near ones ([`column`]).

mod coefficients;

use super::{Near, Tile, for_selected, lane_bits};
use crate::ahead::Ahead;
use crate::plan::Select;
use crate::vector::{Complex, MOST_LANES, Real, Vector};
use coefficients::{Table, Wires, diagonal, first_phase, table};

/// The groups at these places.
#[inline(always)]
unsafe fn load<V: Vector, const N: usize>(at: &[*mut V::Real; N]) -> [Complex<V>; N] {
    // SAFETY: The caller's places are in the tile.
    unsafe {
        let mut v = [Complex::<V>::load(at[0]); N];
        for i in 1..N {
            v[i] = Complex::load(at[i]);
        }
        v
    }
}

/// Which column is `step`th in the sum for a row of a matrix on wires of which those of `near`, a mask, count lanes
/// elsewhere: far wires are the upper part of a step, and exchanges of near wires the lower one.
const fn column(near: usize, row: usize, step: usize) -> usize {
    // Wire 1 alone is near: the parts of a step stand the other way round.
    let settings = if near == 2 { step >> 1 | (step & 1) << 1 } else { step };
    settings ^ (row & near)
}

/// `out_row = sum of C[row][column] v_column`.
#[inline(always)]
unsafe fn sample_product<V: Vector, const D: usize, const NEAR: usize>(
    table: &Table<V>,
    v: &[Complex<V>; D],
) -> [Complex<V>; D] {
    // SAFETY: As for `Vector`.
    unsafe {
        let mut out = [v[0]; D];
        for (row, out) in out.iter_mut().enumerate() {
            let first = column(NEAR, row, 0);
            let mut sum = v[first].mul(table[row * D + first]);
            for step in 1..D {
                let column = column(NEAR, row, step);
                sum = v[column].mul_add(table[row * D + column], sum);
            }
            *out = sum;
        }
        out
    }
}

/// `out_h = sum of C[h][g][x] * exchange_x(v_g)`.
#[inline(always)]
unsafe fn product<V: Vector, const H: usize, const X: usize, const REAL: bool>(
    table: &Table<V>,
    exchanges: [usize; X],
    v: &[Complex<V>; H],
) -> [Complex<V>; H] {
    // SAFETY: As for `Vector`.
    unsafe {
        let mut out = [v[0]; H];
        for (h, out) in out.iter_mut().enumerate() {
            let first = (v[0].exchange_all(exchanges[0]), table[h * H * X]);
            let mut sum = if REAL { first.0.scale(first.1.re) } else { first.0.mul(first.1) };
            for g in 0..H {
                for x in 0..X {
                    if g + x > 0 {
                        let exchanged = v[g].exchange_all(exchanges[x]);
                        let c = table[(h * H + g) * X + x];
                        sum = if REAL { exchanged.scale_add(c.re, sum) } else { exchanged.mul_add(c, sum) };
                    }
                }
            }
            *out = sum;
        }
        out
    }
}

/// The product with an inverse, which a diagonal comes after.
#[inline(always)]
unsafe fn product_back<V: Vector, const H: usize, const X: usize, const REAL: bool>(
    table: &Table<V>,
    diagonal: &[Complex<V>; H],
    exchanges: [usize; X],
    v: &[Complex<V>; H],
) -> [Complex<V>; H] {
    // SAFETY: As for `Vector`.
    unsafe {
        let mut v = product::<V, H, X, REAL>(table, exchanges, v);
        if REAL {
            for h in first_phase::<X>()..H {
                v[h] = v[h].mul_conj(diagonal[h]);
            }
        }
        v
    }
}

/// The wires of a matrix, as a mask of its rows, that count lanes where lanes are amplitudes.
#[inline(always)]
fn near_wires<V: Vector>(positions: &[u32]) -> usize {
    positions.iter().enumerate().map(|(i, position)| usize::from(*position < V::BITS) << i).sum()
}

/// Applies the matrix, first position least significant, to the selected amplitudes.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    positions: &[u32],
    (matrix, is_real): (*const V::Real, bool),
    select: Select,
    ahead: &Ahead<'_>,
) {
    let wires = Wires::new::<V, PER_LANE>(positions);
    // SAFETY: The caller's contract.
    unsafe {
        if PER_LANE {
            match (wires.count, near_wires::<V>(positions)) {
                (1, 0) => apply_samples::<V, 2, 0>(tile, &wires, matrix, select),
                (1, _) => apply_samples::<V, 2, 1>(tile, &wires, matrix, select),
                (_, 0) => apply_samples::<V, 4, 0>(tile, &wires, matrix, select),
                (_, 1) => apply_samples::<V, 4, 1>(tile, &wires, matrix, select),
                (_, 2) => apply_samples::<V, 4, 2>(tile, &wires, matrix, select),
                _ => apply_samples::<V, 4, 3>(tile, &wires, matrix, select),
            }
        } else {
            match (wires.count, wires.group_mask.count_ones(), is_real) {
                (1, 0, _) => apply::<V, 1, 2, false>(tile, &wires, matrix, select, ahead),
                (1, _, _) => apply::<V, 2, 1, false>(tile, &wires, matrix, select, ahead),
                (2, 0, false) => apply::<V, 1, 4, false>(tile, &wires, matrix, select, ahead),
                (2, 0, true) => apply::<V, 1, 4, true>(tile, &wires, matrix, select, ahead),
                (2, 1, false) => apply::<V, 2, 2, false>(tile, &wires, matrix, select, ahead),
                (2, 1, true) => apply::<V, 2, 2, true>(tile, &wires, matrix, select, ahead),
                (_, _, false) => apply::<V, 4, 1, false>(tile, &wires, matrix, select, ahead),
                (_, _, true) => apply::<V, 4, 1, true>(tile, &wires, matrix, select, ahead),
            }
        }
    }
}

#[inline(always)]
unsafe fn apply<V: Vector, const H: usize, const X: usize, const REAL: bool>(
    tile: Tile<V::Real>,
    wires: &Wires,
    matrix: *const V::Real,
    select: Select,
    ahead: &Ahead<'_>,
) {
    let (mask, value) = (select.mask >> V::BITS, select.value >> V::BITS);
    let groups: [usize; H] = std::array::from_fn(|h| wires.group(h));
    let exchanges: [usize; X] = std::array::from_fn(|x| wires.exchange(x));
    // SAFETY: The caller's contract.
    unsafe {
        let table = table::<V, false, H, X>(wires, matrix, select, false);
        let diagonal = if REAL { diagonal::<V, H>(wires, matrix) } else { [table[0]; H] };
        for_selected(tile.n_groups, mask | wires.group_mask, value, |g| {
            let at = groups.map(|group| tile.group::<V>(g | group));
            let mut v = load(&at);
            ahead.step();
            if REAL {
                for h in first_phase::<X>()..H {
                    v[h] = v[h].mul(diagonal[h]);
                }
            }
            let out = product::<V, H, X, REAL>(&table, exchanges, &v);
            for h in 0..H {
                out[h].store(at[h]);
            }
        });
    }
}

#[inline(always)]
unsafe fn apply_samples<V: Vector, const D: usize, const NEAR: usize>(
    tile: Tile<V::Real>,
    wires: &Wires,
    matrix: *const V::Real,
    select: Select,
) {
    let registers: [usize; D] = std::array::from_fn(|row| wires.group(row));
    // SAFETY: The caller's contract.
    unsafe {
        let table = table::<V, true, D, 1>(wires, matrix, select, false);
        for_selected(tile.n_groups, select.mask | wires.group_mask, select.value, |g| {
            let at = registers.map(|register| tile.group::<V>(g | register));
            let v = load(&at);
            let out = sample_product::<V, D, NEAR>(&table, &v);
            for row in 0..D {
                out[row].store(at[row]);
            }
        });
    }
}

/// Undoes the matrix, and adds to its transition matrix, `dim * dim` complex numbers row by row.
#[inline(always)]
pub(super) unsafe fn back<V: Vector, const PER_LANE: bool>(
    states: [Tile<V::Real>; 2],
    positions: &[u32],
    (matrix, is_real): (*const V::Real, bool),
    select: Select,
    transition: Option<&mut [f64]>,
) {
    let wires = Wires::new::<V, PER_LANE>(positions);
    // SAFETY: The caller's contract.
    unsafe {
        if PER_LANE {
            let near = near_wires::<V>(positions);
            match (wires.count, near) {
                (1, 0) => undo_samples::<V, 2, 0>(states, positions, matrix, select, transition),
                (1, _) => undo_samples::<V, 2, 1>(states, positions, matrix, select, transition),
                (_, 0) => undo_samples::<V, 4, 0>(states, positions, matrix, select, transition),
                (_, 1) => undo_samples::<V, 4, 1>(states, positions, matrix, select, transition),
                (_, 2) => undo_samples::<V, 4, 2>(states, positions, matrix, select, transition),
                _ => undo_samples::<V, 4, 3>(states, positions, matrix, select, transition),
            }
        } else {
            match (wires.count, wires.group_mask.count_ones(), is_real) {
                (1, 0, _) => undo::<V, 1, 2, false>(states, &wires, matrix, select, transition),
                (1, _, _) => undo::<V, 2, 1, false>(states, &wires, matrix, select, transition),
                (2, 0, false) => undo::<V, 1, 4, false>(states, &wires, matrix, select, transition),
                (2, 0, true) => undo::<V, 1, 4, true>(states, &wires, matrix, select, transition),
                (2, 1, false) => undo::<V, 2, 2, false>(states, &wires, matrix, select, transition),
                (2, 1, true) => undo::<V, 2, 2, true>(states, &wires, matrix, select, transition),
                (_, _, false) => undo::<V, 4, 1, false>(states, &wires, matrix, select, transition),
                (_, _, true) => undo::<V, 4, 1, true>(states, &wires, matrix, select, transition),
            }
        }
    }
}

#[inline(always)]
unsafe fn undo<V: Vector, const H: usize, const X: usize, const REAL: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    wires: &Wires,
    matrix: *const V::Real,
    select: Select,
    transition: Option<&mut [f64]>,
) {
    let (mask, value) = (select.mask >> V::BITS, select.value >> V::BITS);
    let groups: [usize; H] = std::array::from_fn(|h| wires.group(h));
    let exchanges: [usize; X] = std::array::from_fn(|x| wires.exchange(x));
    let is_collected = transition.is_some();
    // SAFETY: The caller's contract.
    unsafe {
        let table = table::<V, false, H, X>(wires, matrix, select, true);
        let diagonal = if REAL { diagonal::<V, H>(wires, matrix) } else { [table[0]; H] };
        // ket_in of group g times conj(bra_out) of group h with lanes exchanged by x
        let mut sums: Table<V> = [Complex::splat(0.0, 0.0); 16];
        for_selected(ket.n_groups, mask | wires.group_mask, value, |at| {
            let to_ket = groups.map(|group| ket.group::<V>(at | group));
            let to_bra = groups.map(|group| bra.group::<V>(at | group));
            let v = load(&to_ket);
            let v = product_back::<V, H, X, REAL>(&table, &diagonal, exchanges, &v);
            let w = load(&to_bra);
            if is_collected {
                for h in 0..H {
                    for x in 0..X {
                        let exchanged = w[h].exchange_all(exchanges[x]);
                        for g in 0..H {
                            let sum = &mut sums[(g * H + h) * X + x];
                            *sum = v[g].mul_conj_add(exchanged, *sum);
                        }
                    }
                }
            }
            let w = product_back::<V, H, X, REAL>(&table, &diagonal, exchanges, &w);
            for h in 0..H {
                v[h].store(to_ket[h]);
                w[h].store(to_bra[h]);
            }
        });
        let Some(transition) = transition else { return };
        let low = V::LANES - 1;
        let lane_select = Select { mask: select.mask & low, value: select.value & low };
        for g in 0..H {
            for h in 0..H {
                for x in 0..X {
                    let sum = sums[(g * H + h) * X + x];
                    let parts = (sum.re.lanes(), sum.im.lanes());
                    add_lanes(V::LANES, wires, lane_select, [g, h, x], &parts, transition);
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn undo_samples<V: Vector, const D: usize, const NEAR: usize>(
    [ket, bra]: [Tile<V::Real>; 2],
    positions: &[u32],
    matrix: *const V::Real,
    select: Select,
    mut transition: Option<&mut [f64]>,
) {
    let wires = Wires::new::<V, true>(positions);
    let registers: [usize; D] = std::array::from_fn(|row| wires.group(row));
    let near = Near::of::<V, true>(ket.n_groups);
    let fixed = (near.count - 1) & !wires.group_mask;
    let is_collected = transition.is_some();
    // SAFETY: The caller's contract.
    unsafe {
        let table = table::<V, true, D, 1>(&wires, matrix, select, true);
        // A sum for each setting of the near wires that the matrix does not mix.
        for lane in 0..near.count {
            if lane & !fixed != 0 || lane & select.mask & fixed != select.value & fixed {
                continue;
            }
            let mut sums: Table<V> = [Complex::splat(0.0, 0.0); 16];
            let mask = select.mask | fixed | wires.group_mask;
            for_selected(ket.n_groups, mask, select.value | lane, |at| {
                let to_ket = registers.map(|register| ket.group::<V>(at | register));
                let to_bra = registers.map(|register| bra.group::<V>(at | register));
                let v = sample_product::<V, D, NEAR>(&table, &load(&to_ket));
                let w = load(&to_bra);
                if is_collected {
                    for h in 0..D {
                        for g in 0..D {
                            let sum = &mut sums[g * D + h];
                            *sum = v[g].mul_conj_add(w[h], *sum);
                        }
                    }
                }
                let w = sample_product::<V, D, NEAR>(&table, &w);
                for row in 0..D {
                    v[row].store(to_ket[row]);
                    w[row].store(to_bra[row]);
                }
            });
            if let Some(transition) = transition.as_deref_mut() {
                for (entry, sum) in transition.chunks_exact_mut(2 * V::LANES).zip(&sums) {
                    let (re, im) = (sum.re.lanes(), sum.im.lanes());
                    for l in 0..V::LANES {
                        entry[2 * l] += re[l].to_f64();
                        entry[2 * l + 1] += im[l].to_f64();
                    }
                }
            }
        }
    }
}

/// Adds the lanes of a sum to the entries of the transition matrix that they belong to.
#[inline(never)]
fn add_lanes<T: Real>(
    n_lanes: usize,
    wires: &Wires,
    select: Select,
    [g, h, x]: [usize; 3],
    (re, im): &([T; MOST_LANES], [T; MOST_LANES]),
    transition: &mut [f64],
) {
    let dim = 1 << wires.count;
    for l in (0..n_lanes).filter(|&l| select.has(l)) {
        let at = wires.row(g, l) * dim + wires.row(h, l ^ wires.exchange(x));
        transition[2 * at] += re[l].to_f64();
        transition[2 * at + 1] += im[l].to_f64();
    }
}
