//! Real rotations with half of their multiplications, in tiles of many amplitudes.
//!
//! `[[c, -s], [s, c]]` is `c` times `[[1, -t], [t, 1]]` with the tangent `t`, or `s` times `[[r, -1], [1, r]]` with the
//! cotangent `r`, whichever is at most one: one multiplication with addition for each number. The factors `c` and `s` of
//! all rotations of an operation are worked into the coefficients of its last; until then numbers grow by at most
//! `sqrt 2` a rotation. Rotations on wires that count lanes are done together with the first far ones. Per amplitude and
//! wire: 4 flops; per amplitude and three wires: two times its bytes. On the way back two far wires at once, ket and bra, and
//! 6 flops an amplitude of both.
//!
//! Tiles are larger than states whose samples lie in lanes, so that a sample has the same bits in a batch.

use super::turns::{add_products, load, offsets, signs, spread, store};
use super::{MOST_LANE_BITS, Tile, collect};
use crate::ahead::Ahead;
use crate::plan::Turn;
use crate::vector::{Complex, Real, Vector};

/// Amplitudes of a tile from which on rotations are done here: more than states in lanes have.
pub(super) const LARGE: usize = 1 << 12;

/// The coefficients of a rotation.
#[derive(Clone, Copy)]
enum Factored<V> {
    /// `[[1, -t], [t, 1]]`.
    Tangent(V),
    /// `[[r, -1], [1, r]]`.
    Cotangent(V),
    /// `[[cos, -sin], [sin, cos]]`.
    Both(V, V),
}

/// Turns.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector>(
    tile: Tile<V::Real>,
    turns: &[Turn],
    trigs: *const V::Real,
    ahead: &Ahead<'_>,
) {
    let n_near = turns.partition_point(|turn| turn.position < V::BITS);
    let (near, far) = turns.split_at(n_near);
    let mut coefficients = Coefficients { trigs, sign: 1.0, left: turns.len(), scale: 1.0 };
    // SAFETY: The caller's contract.
    unsafe {
        let lanes = coefficients.in_lanes::<V>(near);
        let mut lanes = &lanes[..n_near];
        if far.is_empty() {
            sweep::<V, 0, 1>(tile, lanes, [], &mut coefficients, ahead);
        }
        for some in far.chunks(3) {
            match *some {
                [a] => sweep::<V, 1, 2>(tile, lanes, [a], &mut coefficients, ahead),
                [a, b] => sweep::<V, 2, 4>(tile, lanes, [a, b], &mut coefficients, ahead),
                [a, b, c] => sweep::<V, 3, 8>(tile, lanes, [a, b, c], &mut coefficients, ahead),
                _ => {}
            }
            lanes = &[];
        }
    }
}

/// Turns back, and collects.
#[inline(always)]
pub(super) unsafe fn back<V: Vector>(
    states: [Tile<V::Real>; 2],
    turns: &[Turn],
    trigs: *const V::Real,
    sums: &mut [f64],
) {
    let n_near = turns.partition_point(|turn| turn.position < V::BITS);
    let (mut near, far) = turns.split_at(n_near);
    let mut coefficients = Coefficients { trigs, sign: -1.0, left: turns.len(), scale: 1.0 };
    // SAFETY: The caller's contract.
    unsafe {
        if far.is_empty() {
            sweep_back::<V, 0, 1>(states, near, [], &mut coefficients, sums);
        }
        for some in far.chunks(2) {
            match *some {
                [a] => sweep_back::<V, 1, 2>(states, near, [a], &mut coefficients, sums),
                [a, b] => sweep_back::<V, 2, 4>(states, near, [a, b], &mut coefficients, sums),
                _ => {}
            }
            near = &[];
        }
    }
}

/// A rotation of a near wire.
#[derive(Clone, Copy)]
struct Lanes<V> {
    position: u32,
    trig: usize,
    /// What numbers are still to be multiplied with when it comes.
    scale: f64,
    factor: Factored<V>,
}

/// The coefficients of rotations that are still to come.
struct Coefficients<T> {
    trigs: *const T,
    /// -1 to turn back.
    sign: f64,
    left: usize,
    /// What those before are still to be multiplied with.
    scale: f64,
}

impl<T: Real> Coefficients<T> {
    /// Those of the next rotation, on a far wire.
    #[inline(always)]
    unsafe fn next<V: Vector<Real = T>>(&mut self, turn: &Turn) -> Factored<V> {
        self.left -= 1;
        // SAFETY: The trig is the plan's.
        unsafe {
            let splat = |x: f64| V::splat(T::from_f64(x));
            let (cos, sin) = Complex::<V>::number(self.trigs, turn.trig);
            let (cos, sin) = (cos.to_f64(), self.sign * sin.to_f64());
            if self.left == 0 {
                Factored::Both(splat(self.scale * cos), splat(self.scale * sin))
            } else if cos.abs() >= sin.abs() {
                self.scale *= cos;
                Factored::Tangent(splat(sin / cos))
            } else {
                self.scale *= sin;
                Factored::Cotangent(splat(cos / sin))
            }
        }
    }

    /// Those of the next rotations, on far wires.
    #[inline(always)]
    unsafe fn of<V: Vector<Real = T>, const K: usize>(&mut self, turns: &[Turn; K]) -> [Factored<V>; K] {
        // SAFETY: As for `Self::next`.
        unsafe {
            let mut factors = [Factored::Tangent(V::splat(T::ZERO)); K];
            for (factor, turn) in factors.iter_mut().zip(turns) {
                *factor = self.next::<V>(turn);
            }
            factors
        }
    }

    /// Those of the next rotations, on near wires.
    #[inline(always)]
    unsafe fn in_lanes<V: Vector<Real = T>>(&mut self, turns: &[Turn]) -> [Lanes<V>; MOST_LANE_BITS] {
        // SAFETY: As for `Vector`.
        unsafe {
            let none = Factored::Tangent(V::splat(T::ZERO));
            let mut lanes = [Lanes { position: 0, trig: 0, scale: 1.0, factor: none }; MOST_LANE_BITS];
            for (lane, turn) in lanes.iter_mut().zip(turns) {
                let (position, trig, scale) = (turn.position, turn.trig, self.scale);
                *lane = Lanes { position, trig, scale, factor: self.next_in_lanes(turn) };
            }
            lanes
        }
    }

    /// Those of the next rotation, on a near wire: a sine or tangent has the sign of its lane. Cotangents would need one in
    /// the other place.
    #[inline(always)]
    unsafe fn next_in_lanes<V: Vector<Real = T>>(&mut self, turn: &Turn) -> Factored<V> {
        // SAFETY: As for `Vector`.
        unsafe {
            let signs = signs::<V>(turn.position, -1.0);
            let before = self.scale;
            match self.next::<V>(turn) {
                Factored::Tangent(tangent) => Factored::Tangent(tangent.mul(signs)),
                Factored::Cotangent(_) => {
                    self.scale = before;
                    let Complex { re: cos, im: sin } =
                        Complex::<V>::coefficient::<false>(self.trigs, turn.trig);
                    let sin = sin.mul(V::splat(T::from_f64(self.sign)));
                    Factored::Both(cos, sin.mul(signs))
                }
                Factored::Both(cos, sin) => Factored::Both(cos, sin.mul(signs)),
            }
        }
    }
}

/// Rotations on near wires and on `K` far ones.
#[inline(always)]
unsafe fn sweep<V: Vector, const K: usize, const M: usize>(
    tile: Tile<V::Real>,
    near: &[Lanes<V>],
    far: [Turn; K],
    coefficients: &mut Coefficients<V::Real>,
    ahead: &Ahead<'_>,
) {
    let bits = far.map(|turn| turn.position - V::BITS);
    let offsets = offsets::<V, K, M>(bits);
    // SAFETY: The caller's contract.
    unsafe {
        let far = coefficients.of::<V, K>(&far);
        // Registers up to the lowest far wire's bit lie side by side.
        let run = if K == 0 { 2 * tile.n_groups } else { 2 << bits[0] };
        for i in 0..((2 * tile.n_groups) >> K) / run {
            let first = tile.group::<V>(spread(i * run / 2, bits));
            for register in 0..run {
                let at = first.add(register * V::LANES);
                let mut v: [V; M] = load(at, &offsets);
                ahead.step();
                for lanes in near {
                    turn_lanes(&mut v, lanes);
                }
                turn_wires(&mut v, &far);
                store(&v, at, &offsets);
            }
        }
    }
}

/// Undoes rotations on near wires and on `K` far ones on ket and bra, and collects: what is still to be multiplied with
/// the rotations before is a factor of both states.
#[inline(always)]
unsafe fn sweep_back<V: Vector, const K: usize, const M: usize>(
    [ket, bra]: [Tile<V::Real>; 2],
    near: &[Turn],
    far: [Turn; K],
    coefficients: &mut Coefficients<V::Real>,
    sums: &mut [f64],
) {
    let bits = far.map(|turn| turn.position - V::BITS);
    let offsets = offsets::<V, K, M>(bits);
    // SAFETY: The caller's contract.
    unsafe {
        let zero = V::splat(V::Real::ZERO);
        let lanes = coefficients.in_lanes::<V>(near);
        let lanes = &lanes[..near.len()];
        let scale = coefficients.scale;
        let turns = coefficients.of::<V, K>(&far);
        let (mut of_near, mut of_far) = ([zero; MOST_LANE_BITS], [zero; K]);
        let run = if K == 0 { 2 * ket.n_groups } else { 2 << bits[0] };
        for i in 0..((2 * ket.n_groups) >> K) / run {
            let first = spread(i * run / 2, bits);
            for register in 0..run {
                let to_ket = ket.group::<V>(first).add(register * V::LANES);
                let to_bra = bra.group::<V>(first).add(register * V::LANES);
                let mut v: [V; M] = load(to_ket, &offsets);
                let mut w: [V; M] = load(to_bra, &offsets);
                for (lanes, total) in lanes.iter().zip(&mut of_near) {
                    turn_lanes_back(&mut v, &mut w, lanes, total);
                }
                add_products(&mut of_far, &v, &w);
                turn_wires(&mut v, &turns);
                turn_wires(&mut w, &turns);
                store(&v, to_ket, &offsets);
                store(&w, to_bra, &offsets);
            }
        }
        for (lanes, total) in lanes.iter().zip(of_near) {
            let total = total.mul(signs::<V>(lanes.position, 1.0));
            collect(total, 2.0 * lanes.scale * lanes.scale, sums, lanes.trig);
        }
        for k in 0..K {
            collect(of_far[k], 2.0 * scale * scale, sums, far[k].trig);
        }
    }
}

/// Turns the pairs of registers of each far wire.
#[inline(always)]
unsafe fn turn_wires<V: Vector, const K: usize, const M: usize>(v: &mut [V; M], far: &[Factored<V>; K]) {
    // SAFETY: As for `Vector`.
    unsafe {
        if K > 0 {
            turn_wire::<V, 0, M>(v, far[0]);
        }
        if K > 1 {
            turn_wire::<V, 1, M>(v, far[1]);
        }
        if K > 2 {
            turn_wire::<V, 2, M>(v, far[2]);
        }
    }
}

/// Calls a function with a near wire as a constant.
macro_rules! at_bit {
    ($position:expr, $function:ident($($argument:expr),*)) => {
        match $position {
            0 => $function::<V, 0, M>($($argument),*),
            1 if V::BITS > 1 => $function::<V, 1, M>($($argument),*),
            2 if V::BITS > 2 => $function::<V, 2, M>($($argument),*),
            3 if V::BITS > 3 => $function::<V, 3, M>($($argument),*),
            _ => {}
        }
    };
}

/// Turns the lanes of each register.
#[inline(always)]
unsafe fn turn_lanes<V: Vector, const M: usize>(v: &mut [V; M], lanes: &Lanes<V>) {
    // SAFETY: As for `Vector`.
    unsafe { at_bit!(lanes.position, turn_bit(v, lanes.factor)) }
}

#[inline(always)]
unsafe fn turn_bit<V: Vector, const BIT: u32, const M: usize>(v: &mut [V; M], factor: Factored<V>) {
    // SAFETY: As for `Vector`.
    unsafe {
        for v in v {
            *v = turned(*v, v.exchange(BIT), factor);
        }
    }
}

/// Turns the lanes of each register of ket `v` and bra `w`, after adding their products: ket times bra with lanes
/// exchanged, without the sign of the lane.
#[inline(always)]
unsafe fn turn_lanes_back<V: Vector, const M: usize>(
    v: &mut [V; M],
    w: &mut [V; M],
    lanes: &Lanes<V>,
    total: &mut V,
) {
    // SAFETY: As for `Vector`.
    unsafe { at_bit!(lanes.position, turn_bit_back(v, w, lanes.factor, total)) }
}

#[inline(always)]
unsafe fn turn_bit_back<V: Vector, const BIT: u32, const M: usize>(
    v: &mut [V; M],
    w: &mut [V; M],
    factor: Factored<V>,
    total: &mut V,
) {
    // SAFETY: As for `Vector`.
    unsafe {
        for m in 0..M {
            let exchanged = w[m].exchange(BIT);
            *total = exchanged.mul_add(v[m], *total);
            v[m] = turned(v[m], v[m].exchange(BIT), factor);
            w[m] = turned(w[m], exchanged, factor);
        }
    }
}

/// A register after a rotation of its lanes, given itself with lanes exchanged.
#[inline(always)]
unsafe fn turned<V: Vector>(v: V, exchanged: V, factor: Factored<V>) -> V {
    // SAFETY: As for `Vector`.
    unsafe {
        match factor {
            Factored::Tangent(t) | Factored::Cotangent(t) => exchanged.mul_add(t, v),
            Factored::Both(cos, sin) => exchanged.mul_add(sin, v.mul(cos)),
        }
    }
}

/// Turns the pairs of registers of far wire `K`.
#[inline(always)]
unsafe fn turn_wire<V: Vector, const K: usize, const M: usize>(v: &mut [V; M], factor: Factored<V>) {
    // SAFETY: As for `Vector`.
    unsafe {
        match factor {
            Factored::Tangent(t) => {
                for m in 0..M {
                    if m >> K & 1 == 0 {
                        let (a, b) = (v[m], v[m | 1 << K]);
                        v[m] = b.neg_mul_add(t, a);
                        v[m | 1 << K] = a.mul_add(t, b);
                    }
                }
            }
            Factored::Cotangent(r) => {
                for m in 0..M {
                    if m >> K & 1 == 0 {
                        let (a, b) = (v[m], v[m | 1 << K]);
                        v[m] = a.mul_sub(r, b);
                        v[m | 1 << K] = b.mul_add(r, a);
                    }
                }
            }
            Factored::Both(cos, sin) => {
                for m in 0..M {
                    if m >> K & 1 == 0 {
                        let (a, b) = (v[m], v[m | 1 << K]);
                        v[m] = b.neg_mul_add(sin, a.mul(cos));
                        v[m | 1 << K] = a.mul_add(sin, b.mul(cos));
                    }
                }
            }
        }
    }
}
