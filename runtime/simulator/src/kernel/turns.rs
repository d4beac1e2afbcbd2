//! Real rotations `RY(2 x) = [[cos x, -sin x], [sin x, cos x]]` of many wires.
//!
//! Real and imaginary parts turn alike, so a register holds the real parts of as many amplitudes as it has lanes, and two
//! multiplications are all that an amplitude's part needs. Three wires are turned while eight registers hold the
//! amplitudes that they mix: a third of the loads and stores. Per amplitude and wire: 6 flops; per amplitude and three
//! wires: two times its bytes.
//!
//! Back: with `dU/dx = -i Y U`, `dE/dx = 2 sum of Re(bra_1* ket_0 - bra_0* ket_1)` over the pairs, before or after the
//! rotation, which commutes with its generator. So all rotations of a layer may look at the states at any moment.

use super::{Near, Parts, Tile, collect, lane_bits, tangents};
use crate::ahead::Ahead;
use crate::plan::Turn;
use crate::vector::{Complex, MOST_LANES, Real, Vector};

/// Turns.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    turns: &[Turn],
    trigs: *const V::Real,
    ahead: &Ahead<'_>,
) {
    if !PER_LANE && tile.n_groups * V::LANES >= tangents::LARGE {
        // SAFETY: The caller's contract.
        return unsafe { tangents::forth::<V>(tile, turns, trigs, ahead) };
    }
    let n_lanes = turns.partition_point(|turn| turn.position < lane_bits::<V, PER_LANE>());
    let (near, far) = turns.split_at(n_lanes);
    // SAFETY: The caller's contract.
    unsafe {
        match *near {
            _ if PER_LANE => {}
            [] => {}
            [a] => lanes_forth::<V, 1>(tile, [a], trigs),
            [a, b] => lanes_forth::<V, 2>(tile, [a, b], trigs),
            [a, b, c] => lanes_forth::<V, 3>(tile, [a, b, c], trigs),
            [a, b, c, d, ..] => lanes_forth::<V, 4>(tile, [a, b, c, d], trigs),
        }
        for some in far.chunks(3) {
            match *some {
                [a] => groups_forth::<V, PER_LANE, 1, 2>(tile, [a], trigs),
                [a, b] => groups_forth::<V, PER_LANE, 2, 4>(tile, [a, b], trigs),
                [a, b, c] => groups_forth::<V, PER_LANE, 3, 8>(tile, [a, b, c], trigs),
                _ => {}
            }
        }
    }
}

/// Turns back, and collects.
#[inline(always)]
pub(super) unsafe fn back<V: Vector, const PER_LANE: bool>(
    states: [Tile<V::Real>; 2],
    turns: &[Turn],
    trigs: *const V::Real,
    sums: &mut [f64],
) {
    if !PER_LANE && states[0].n_groups * V::LANES >= tangents::LARGE {
        // SAFETY: The caller's contract.
        return unsafe { tangents::back::<V>(states, turns, trigs, sums) };
    }
    let n_near = turns.partition_point(|turn| turn.position < V::BITS);
    let (near, far) = turns.split_at(n_near);
    // SAFETY: The caller's contract.
    unsafe {
        if PER_LANE {
            for some in near.chunks(2) {
                match *some {
                    [a] => near_back::<V, 1, 2>(states, [a], trigs, sums),
                    [a, b] => near_back::<V, 2, 4>(states, [a, b], trigs, sums),
                    _ => {}
                }
            }
        } else {
            match *near {
                [] => {}
                [a] => lanes_back::<V, 1>(states, [a], trigs, sums),
                [a, b] => lanes_back::<V, 2>(states, [a, b], trigs, sums),
                [a, b, c] => lanes_back::<V, 3>(states, [a, b, c], trigs, sums),
                [a, b, c, d, ..] => lanes_back::<V, 4>(states, [a, b, c, d], trigs, sums),
            }
        }
        for some in far.chunks(2) {
            match *some {
                [a] => far_back::<V, PER_LANE, 1, 2>(states, [a], trigs, sums),
                [a, b] => far_back::<V, PER_LANE, 2, 4>(states, [a, b], trigs, sums),
                _ => {}
            }
        }
    }
}

/// The sign of each lane by a bit of its index: `zero` where it is 0.
#[inline(always)]
pub(super) unsafe fn signs<V: Vector>(bit: u32, zero: f64) -> V {
    // SAFETY: As for `Vector`.
    unsafe { V::signs(1 << bit).mul(V::splat(V::Real::from_f64(zero))) }
}

#[inline(always)]
unsafe fn lanes_forth<V: Vector, const N: usize>(
    tile: Tile<V::Real>,
    turns: [Turn; N],
    trigs: *const V::Real,
) {
    // SAFETY: The caller's contract.
    unsafe {
        let coefficients = lane_coefficients::<V, N>(turns, trigs, -1.0);
        for part in 0..2 * tile.n_groups {
            let at = tile.data.add(part * V::LANES);
            let mut v = V::load(at);
            for k in 0..N {
                let Complex { re: cos, im: sin } = coefficients[k];
                v = v.exchange(turns[k].position).mul_add(sin, v.mul(cos));
            }
            v.store(at);
        }
    }
}

#[inline(always)]
unsafe fn lanes_back<V: Vector, const N: usize>(
    [ket, bra]: [Tile<V::Real>; 2],
    turns: [Turn; N],
    trigs: *const V::Real,
    sums: &mut [f64],
) {
    // SAFETY: The caller's contract.
    unsafe {
        let coefficients = lane_coefficients::<V, N>(turns, trigs, 1.0);
        let mut total = [V::splat(V::Real::ZERO); N];
        for part in 0..2 * ket.n_groups {
            let (to_ket, to_bra) = (ket.data.add(part * V::LANES), bra.data.add(part * V::LANES));
            let (mut v, mut w) = (V::load(to_ket), V::load(to_bra));
            for k in 0..N {
                let Complex { re: cos, im: sin } = coefficients[k];
                let exchanged = w.exchange(turns[k].position);
                total[k] = exchanged.mul_add(v, total[k]);
                v = v.exchange(turns[k].position).mul_add(sin, v.mul(cos));
                w = exchanged.mul_add(sin, w.mul(cos));
            }
            v.store(to_ket);
            w.store(to_bra);
        }
        for k in 0..N {
            let signed = total[k].mul(signs::<V>(turns[k].position, 1.0));
            collect(signed, 2.0, sums, turns[k].trig);
        }
    }
}

/// Cosine and sine of each turn, the sine with the sign of each lane.
#[inline(always)]
unsafe fn lane_coefficients<V: Vector, const N: usize>(
    turns: [Turn; N],
    trigs: *const V::Real,
    zero: f64,
) -> [Complex<V>; N] {
    // SAFETY: The trigs are the plan's.
    unsafe {
        let mut coefficients = [Complex::<V>::splat(0.0, 0.0); N];
        for k in 0..N {
            let c = Complex::<V>::coefficient::<false>(trigs, turns[k].trig);
            coefficients[k] = Complex { re: c.re, im: c.im.mul(signs::<V>(turns[k].position, zero)) };
        }
        coefficients
    }
}

/// Cosine and sine of each turn.
#[inline(always)]
unsafe fn coefficients<V: Vector, const PER_LANE: bool, const K: usize>(
    turns: [Turn; K],
    trigs: *const V::Real,
) -> [Complex<V>; K] {
    // SAFETY: The trigs are the plan's.
    unsafe {
        let mut coefficients = [Complex::<V>::splat(0.0, 0.0); K];
        for k in 0..K {
            coefficients[k] = Complex::<V>::coefficient::<PER_LANE>(trigs, turns[k].trig);
        }
        coefficients
    }
}

/// The bits of register indices that the turns mix.
#[inline(always)]
fn register_bits<V: Vector, const PER_LANE: bool, const K: usize>(turns: [Turn; K]) -> [u32; K] {
    let mut bits = [0; K];
    for (k, bit) in bits.iter_mut().enumerate() {
        *bit = turns[k].position - lane_bits::<V, PER_LANE>();
    }
    bits
}

/// The places of the `M = 2^K` registers that `K` wires mix, from the first one on, in numbers.
#[inline(always)]
pub(super) fn offsets<V: Vector, const K: usize, const M: usize>(bits: [u32; K]) -> [usize; M] {
    let mut offsets = [0; M];
    for (m, offset) in offsets.iter_mut().enumerate() {
        for (k, bit) in bits.iter().enumerate() {
            *offset += ((m >> k & 1) << bit) * 2 * V::LANES;
        }
    }
    offsets
}

/// Loads the registers.
#[inline(always)]
pub(super) unsafe fn load<V: Vector, const M: usize>(at: *const V::Real, offsets: &[usize; M]) -> [V; M] {
    // SAFETY: The caller's places are in the tile.
    unsafe {
        let mut v = [V::load(at); M];
        for m in 1..M {
            v[m] = V::load(at.add(offsets[m]));
        }
        v
    }
}

/// Stores the registers.
#[inline(always)]
pub(super) unsafe fn store<V: Vector, const M: usize>(v: &[V; M], at: *mut V::Real, offsets: &[usize; M]) {
    for m in 0..M {
        // SAFETY: The caller's places are in the tile.
        unsafe { v[m].store(at.add(offsets[m])) };
    }
}

/// `i` with zeros put in at these places, which rise.
#[inline(always)]
pub(super) fn spread<const K: usize>(i: usize, bits: [u32; K]) -> usize {
    let mut i = i;
    for bit in bits {
        i = i >> bit << (bit + 1) | i & ((1 << bit) - 1);
    }
    i
}

#[inline(always)]
unsafe fn groups_forth<V: Vector, const PER_LANE: bool, const K: usize, const M: usize>(
    tile: Tile<V::Real>,
    turns: [Turn; K],
    trigs: *const V::Real,
) {
    // SAFETY: The caller's contract.
    unsafe {
        let bits = register_bits::<V, PER_LANE, K>(turns);
        let offsets = offsets::<V, K, M>(bits);
        let coefficients = coefficients::<V, PER_LANE, K>(turns, trigs);
        for i in 0..tile.n_groups >> K {
            let first = tile.group::<V>(spread(i, bits));
            for part in 0..2 {
                let at = first.add(part * V::LANES);
                let mut v: [V; M] = load(at, &offsets);
                turn_registers(&mut v, &coefficients, 1.0);
                store(&v, at, &offsets);
            }
        }
    }
}

/// Turns each pair of registers, forth (`sign` 1) or back (-1).
#[inline(always)]
unsafe fn turn_registers<V: Vector, const K: usize, const M: usize>(
    v: &mut [V; M],
    coefficients: &[Complex<V>; K],
    sign: f64,
) {
    for (k, c) in coefficients.iter().enumerate() {
        // SAFETY: As for `Vector`.
        unsafe { turn_wire(v, k, *c, sign) };
    }
}

/// Turns the pairs of registers of one wire.
#[inline(always)]
unsafe fn turn_wire<V: Vector, const M: usize>(v: &mut [V; M], k: usize, c: Complex<V>, sign: f64) {
    let Complex { re: cos, im: sin } = c;
    for m in 0..M {
        if m >> k & 1 == 0 {
            let (a, b) = (v[m], v[m | 1 << k]);
            // SAFETY: As for `Vector`.
            unsafe {
                if sign > 0.0 {
                    v[m] = b.neg_mul_add(sin, a.mul(cos));
                    v[m | 1 << k] = a.mul_add(sin, b.mul(cos));
                } else {
                    v[m] = b.mul_add(sin, a.mul(cos));
                    v[m | 1 << k] = a.neg_mul_add(sin, b.mul(cos));
                }
            }
        }
    }
}

/// For each of the wires that mix registers of ket `v` and bra `w`, adds `bra_1 ket_0 - bra_0 ket_1`.
#[inline(always)]
pub(super) unsafe fn add_products<V: Vector, const K: usize, const M: usize>(
    total: &mut [V; K],
    v: &[V; M],
    w: &[V; M],
) {
    for k in 0..K {
        for m in 0..M {
            if m >> k & 1 == 0 {
                // SAFETY: As for `Vector`.
                unsafe {
                    total[k] = w[m | 1 << k].mul_add(v[m], total[k]);
                    total[k] = w[m].neg_mul_add(v[m | 1 << k], total[k]);
                }
            }
        }
    }
}

/// Turns on far wires: each has one sum for each setting of the near wires.
#[inline(always)]
unsafe fn far_back<V: Vector, const PER_LANE: bool, const K: usize, const M: usize>(
    [ket, bra]: [Tile<V::Real>; 2],
    turns: [Turn; K],
    trigs: *const V::Real,
    sums: &mut [f64],
) {
    // SAFETY: The caller's contract.
    unsafe {
        let near = Near::of::<V, PER_LANE>(ket.n_groups);
        let offsets = offsets::<V, K, M>(register_bits::<V, PER_LANE, K>(turns));
        let far_bits = turns.map(|turn| turn.position - V::BITS);
        let coefficients = coefficients::<V, PER_LANE, K>(turns, trigs);
        let mut parts = [Parts::<V>::none(); K];
        for lane in 0..near.count {
            let mut total = [V::splat(V::Real::ZERO); K];
            for i in 0..near.n_far >> K {
                let register = near.register(spread(i, far_bits), lane);
                for part in 0..2 {
                    let to_ket = ket.group::<V>(register).add(part * V::LANES);
                    let to_bra = bra.group::<V>(register).add(part * V::LANES);
                    let mut v: [V; M] = load(to_ket, &offsets);
                    let mut w: [V; M] = load(to_bra, &offsets);
                    add_products(&mut total, &v, &w);
                    turn_registers(&mut v, &coefficients, -1.0);
                    turn_registers(&mut w, &coefficients, -1.0);
                    store(&v, to_ket, &offsets);
                    store(&w, to_bra, &offsets);
                }
            }
            for k in 0..K {
                parts[k].add(lane, total[k]);
            }
        }
        for k in 0..K {
            parts[k].collect::<PER_LANE>(near.count, 2.0, sums, turns[k].trig);
        }
    }
}

/// Turns on near wires where lanes are samples: what [`lanes_back`] does in a register, between registers.
#[inline(always)]
unsafe fn near_back<V: Vector, const K: usize, const M: usize>(
    [ket, bra]: [Tile<V::Real>; 2],
    turns: [Turn; K],
    trigs: *const V::Real,
    sums: &mut [f64],
) {
    // SAFETY: The caller's contract.
    unsafe {
        let near = Near::of::<V, true>(ket.n_groups);
        let bits = turns.map(|turn| turn.position);
        let offsets = offsets::<V, K, M>(bits);
        let coefficients = coefficients::<V, true, K>(turns, trigs);
        // For each turn the sum of each setting of the near wires.
        let mut totals = [[V::splat(V::Real::ZERO); MOST_LANES]; K];
        for i in 0..near.count >> K {
            let first = spread(i, bits);
            let mut total = [[V::splat(V::Real::ZERO); M]; K];
            for far in 0..near.n_far {
                let register = near.register(far, first);
                for part in 0..2 {
                    let to_ket = ket.group::<V>(register).add(part * V::LANES);
                    let to_bra = bra.group::<V>(register).add(part * V::LANES);
                    let mut v: [V; M] = load(to_ket, &offsets);
                    let mut w: [V; M] = load(to_bra, &offsets);
                    for k in 0..K {
                        for m in 0..M {
                            total[k][m] = w[m ^ 1 << k].mul_add(v[m], total[k][m]);
                        }
                        turn_wire(&mut v, k, coefficients[k], -1.0);
                        turn_wire(&mut w, k, coefficients[k], -1.0);
                    }
                    store(&v, to_ket, &offsets);
                    store(&w, to_bra, &offsets);
                }
            }
            for k in 0..K {
                for m in 0..M {
                    let sign = V::splat(V::Real::from_f64(if m >> k & 1 == 0 { 1.0 } else { -1.0 }));
                    totals[k][first + offsets[m] / (2 * V::LANES)] = total[k][m].mul(sign);
                }
            }
        }
        for k in 0..K {
            let parts = Parts::of(&totals[k][..near.count]);
            parts.collect::<true>(near.count, 2.0, sums, turns[k].trig);
        }
    }
}
