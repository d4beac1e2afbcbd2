//! Exchanges the amplitudes of `i` and `i ^ flip`: flips, controlled flips, controlled exchanges of wires.
//!
//! No flops; the bytes of the amplitudes that move.

use super::{Tile, for_selected, lane_bits};
use crate::plan::Select;
use crate::vector::{Complex, Real, Vector};

/// Exchanges all pairs of which the one with a 0 at the highest bit of `flip` is selected.
#[inline(always)]
pub(super) unsafe fn flip<V: Vector, const PER_LANE: bool>(tile: Tile<V::Real>, flip: usize, select: Select) {
    let bits = lane_bits::<V, PER_LANE>();
    let low = (1 << bits) - 1;
    let (far, near) = (flip >> bits, flip & low);
    let lane_select = Select { mask: select.mask & low, value: select.value & low };
    let (mask, value) = (select.mask >> bits, select.value >> bits);
    // SAFETY: The caller's contract.
    unsafe {
        if far == 0 {
            let top = 1 << near.ilog2();
            // Where the lane has the top bit, what its partner says.
            let (here, is_top) = (V::selected(lane_select.mask, lane_select.value), V::inside(top));
            let rest = V::splat(V::Real::ONE).sub(is_top);
            let moves = moved(here.exchange_all(near).mul_add(is_top, here.mul(rest)));
            for_selected(tile.n_groups, mask, value, |g| {
                let at = tile.group::<V>(g);
                let v = Complex::<V>::load(at);
                blend(v, v.exchange_all(near), moves).store(at);
            });
            return;
        }
        let top = 1 << far.ilog2();
        if lane_select.mask == 0 {
            for_selected(tile.n_groups, mask | top, value, |g| {
                let (at, partner) = (tile.group::<V>(g), tile.group::<V>(g ^ far));
                let (v, w) = (Complex::<V>::load(at), Complex::<V>::load(partner));
                w.exchange_all(near).store(at);
                v.exchange_all(near).store(partner);
            });
            return;
        }
        let here = V::selected(lane_select.mask, lane_select.value);
        let (moves_here, moves_there) = (moved(here), moved(here.exchange_all(near)));
        for_selected(tile.n_groups, mask | top, value, |g| {
            let (at, partner) = (tile.group::<V>(g), tile.group::<V>(g ^ far));
            let (v, w) = (Complex::<V>::load(at), Complex::<V>::load(partner));
            blend(v, w.exchange_all(near), moves_here).store(at);
            blend(w, v.exchange_all(near), moves_there).store(partner);
        });
    }
}

/// Ones where a lane moves and zeros where it stays, and the opposite.
#[inline(always)]
unsafe fn moved<V: Vector>(moves: V) -> (V, V) {
    // SAFETY: As for `Vector`.
    unsafe { (moves, V::splat(V::Real::ONE).sub(moves)) }
}

/// `to` where lanes move, else `from`; exact, because one of the products is a zero.
#[inline(always)]
unsafe fn blend<V: Vector>(from: Complex<V>, to: Complex<V>, (moves, stays): (V, V)) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe {
        Complex { re: to.re.mul_add(moves, from.re.mul(stays)), im: to.im.mul_add(moves, from.im.mul(stays)) }
    }
}
