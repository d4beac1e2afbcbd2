//! The state: a chain of tensors with one centre.
//!
//! Tensors left of the centre are isometries from left to right, those right of it from right to left; so the centre holds
//! the norm, and singular values next to it are Schmidt coefficients of the whole state.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_simulator::branches::Register;
use qml_simulator::{Fault, Run, available_bytes};

use crate::lower::Matrix;
use crate::tensor::{Split, product};
use crate::{C64, Limits};

/// Below so many bytes the machine is not asked how much memory it has.
const SMALL: usize = 1 << 22;

/// The tensor of a site: entries `[left bond][value][right bond]`.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub left: usize,
    pub right: usize,
    pub entries: Vec<C64>,
}

/// A state of wires in a row.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub sites: Vec<Site>,
    /// The wire of each site, and the site of each wire.
    pub wire_at: Vec<u32>,
    pub site_of: Vec<usize>,
    centre: usize,
    limits: Limits,
    /// Set by whoever wants it to end.
    pub stop: Arc<AtomicBool>,
    /// How far the state may be from the exact one.
    pub distance: f64,
}

impl Chain {
    /// All wires zero.
    pub fn new(n_wires: usize, limits: Limits, stop: Arc<AtomicBool>) -> Self {
        let zero = Site { left: 1, right: 1, entries: vec![C64::ONE, C64::ZERO] };
        Self {
            sites: vec![zero; n_wires],
            wire_at: (0..n_wires as u32).collect(),
            site_of: (0..n_wires).collect(),
            centre: 0,
            limits,
            stop,
            distance: 0.0,
        }
    }

    /// The largest dimension of a bond.
    pub fn largest_bond(&self) -> usize {
        self.sites.iter().map(|site| site.right).max().unwrap_or(1)
    }

    /// Moves the centre to a site of `first..=last`, the closest one.
    pub fn centre_in(&mut self, first: usize, last: usize) {
        while self.centre < first {
            self.step_right();
        }
        while self.centre > last {
            self.step_left();
        }
    }

    fn step_right(&mut self) {
        let Site { left, right, entries } = &self.sites[self.centre];
        let split = Split::new(entries, 2 * left, *right, self.limits, &self.stop);
        let (left, bond) = (*left, split.bond());
        self.note(&split);
        let next = &self.sites[self.centre + 1];
        let site = Site { left, right: bond, entries: split.left.clone() };
        let carried = split.weighted_right();
        let entries = product(&carried, &next.entries, [bond, next.left, 2 * next.right], &self.stop);
        self.sites[self.centre + 1] = Site { left: bond, right: next.right, entries };
        self.sites[self.centre] = site;
        self.centre += 1;
    }

    fn step_left(&mut self) {
        let Site { left, right, entries } = &self.sites[self.centre];
        let split = Split::new(entries, *left, 2 * right, self.limits, &self.stop);
        let (right, bond) = (*right, split.bond());
        self.note(&split);
        let before = &self.sites[self.centre - 1];
        let site = Site { left: bond, right, entries: split.right.clone() };
        let carried = split.weighted_left();
        let entries = product(&before.entries, &carried, [2 * before.left, before.right, bond], &self.stop);
        self.sites[self.centre - 1] = Site { left: before.left, right: bond, entries };
        self.sites[self.centre] = site;
        self.centre -= 1;
    }

    fn note(&mut self, split: &Split) {
        self.distance += (2.0 - 2.0 * (1.0 - split.left_out).sqrt()).sqrt();
    }

    /// The tensor of `k` neighbours, `[left bond][value .. value][right bond]`.
    fn joined(&self, first: usize, k: usize) -> Result<Site, Fault> {
        let mut joined = self.sites[first].clone();
        for next in &self.sites[first + 1..first + k] {
            let rows = joined.entries.len() / joined.right;
            // The tensor, its image, and what a decomposition needs.
            let needed = 4 * size_of::<C64>() * rows * 2 * next.right;
            if needed > SMALL && needed as u64 > available_bytes() {
                return Err(Fault::TooLarge {
                    needed_bytes: needed as u128,
                    available_bytes: available_bytes(),
                    qubits: self.sites.len(),
                });
            }
            let entries =
                product(&joined.entries, &next.entries, [rows, next.left, 2 * next.right], &self.stop);
            joined = Site { left: joined.left, right: next.right, entries };
        }
        Ok(joined)
    }

    /// Takes a tensor of `k` neighbours apart; the centre is the last of them.
    fn put(&mut self, first: usize, k: usize, joined: Site) {
        let (mut left, right, mut entries) = (joined.left, joined.right, joined.entries);
        for site in first..first + k - 1 {
            let columns = entries.len() / (2 * left);
            let split = Split::new(&entries, 2 * left, columns, self.limits, &self.stop);
            self.note(&split);
            let bond = split.bond();
            self.sites[site] = Site { left, right: bond, entries: split.left.clone() };
            (left, entries) = (bond, split.weighted_right());
        }
        self.sites[first + k - 1] = Site { left, right, entries };
        self.centre = first + k - 1;
    }

    /// Exchanges two neighbours.
    fn exchange(&mut self, first: usize) -> Result<(), Fault> {
        self.centre_in(first, first + 1);
        let mut joined = self.joined(first, 2)?;
        for block in joined.entries.chunks_mut(4 * joined.right) {
            let (low, high) = block.split_at_mut(2 * joined.right);
            low[joined.right..].swap_with_slice(&mut high[..joined.right]);
        }
        self.put(first, 2, joined);
        self.wire_at.swap(first, first + 1);
        for site in [first, first + 1] {
            self.site_of[self.wire_at[site] as usize] = site;
        }
        Ok(())
    }

    /// Brings wires together; returns the first of their sites.
    fn gather(&mut self, run: &Run, wires: &[u32]) -> Result<usize, Fault> {
        let mut sites: Vec<usize> = wires.iter().map(|&wire| self.site_of[wire as usize]).collect();
        sites.sort_unstable();
        for (place, &site) in sites.iter().enumerate().skip(1) {
            for left in (sites[0] + place..site).rev() {
                run.check()?;
                self.exchange(left)?;
            }
        }
        Ok(sites[0])
    }
}

impl Register for Chain {
    type Op = Matrix;

    fn apply(&mut self, run: &Run, op: &Matrix, _: &[bool]) -> Result<(), Fault> {
        let k = op.wires.len();
        if k == 0 {
            return Ok(());
        }
        let first = self.gather(run, &op.wires)?;
        if k > 1 {
            self.centre_in(first, first + k - 1);
        }
        let mut joined = self.joined(first, k)?;
        // Bit `i` of an index of the matrix is the value of wire `i`; the values of the tensor stand in the order of sites.
        let place = |wire: u32| k - 1 - (self.site_of[wire as usize] - first);
        let index = |values: usize| {
            op.wires.iter().enumerate().fold(0, |index, (i, &wire)| index | (values >> place(wire) & 1) << i)
        };
        let order: Vec<usize> = (0..1 << k).map(index).collect();
        let dim = order.len();
        let matrix: Vec<C64> =
            (0..dim * dim).map(|i| op.entries[order[i / dim] * dim + order[i % dim]]).collect();
        for block in joined.entries.chunks_mut(dim * joined.right) {
            block.copy_from_slice(&product(&matrix, block, [dim, dim, joined.right], &self.stop));
        }
        if k == 1 {
            self.sites[first] = joined;
        } else {
            self.put(first, k, joined);
        }
        Ok(())
    }

    fn chance(&mut self, wire: u32) -> f64 {
        let site = self.site_of[wire as usize];
        self.centre_in(site, site);
        let Site { right, entries, .. } = &self.sites[site];
        let mut weights = [0.0; 2];
        for (i, entry) in entries.iter().enumerate() {
            weights[i / right % 2] += entry.norm_sqr();
        }
        weights[1] / (weights[0] + weights[1])
    }

    fn project(&mut self, wire: u32, outcome: bool) {
        let site = self.site_of[wire as usize];
        self.centre_in(site, site);
        let Site { right, entries, .. } = &mut self.sites[site];
        for (i, entry) in entries.iter_mut().enumerate() {
            if (i / *right % 2 == 1) != outcome {
                *entry = C64::ZERO;
            }
        }
        let norm = entries.iter().map(C64::norm_sqr).sum::<f64>().sqrt();
        entries.iter_mut().for_each(|entry| *entry /= norm);
    }

    fn flip(&mut self, wire: u32) {
        let Site { right, entries, .. } = &mut self.sites[self.site_of[wire as usize]];
        for block in entries.chunks_mut(2 * *right) {
            let (zero, one) = block.split_at_mut(*right);
            zero.swap_with_slice(one);
        }
    }
}
