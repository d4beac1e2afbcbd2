//! Finds qubits with as many couplings between them as possible.
//!
//! From each qubit a region grows, by the qubit with most couplings to it, and among these the one that is closest to all
//! of it; the region with most couplings is taken, of equal ones the closest.

use std::cmp::Reverse;

use crate::target::Target;

/// The couplings between `n_wires` qubits: for each of them the places of its neighbours. None if the device has no such
/// connected region.
pub fn find_region(n_wires: usize, target: &Target) -> Option<Vec<Vec<usize>>> {
    let regions = target.usable.iter().filter_map(|&root| grow(root, n_wires, target));
    let key = |region: &Vec<u16>| (Reverse(n_couplings(region, target)), total_way(region, target));
    let best = regions.min_by_key(key)?;
    let place = |other: &u16| best.iter().position(|qubit| qubit == other);
    Some(best.iter().map(|&qubit| target.neighbours(qubit).iter().filter_map(place).collect()).collect())
}

fn grow(root: u16, n: usize, target: &Target) -> Option<Vec<u16>> {
    let mut region = vec![root];
    while region.len() < n {
        let mut around: Vec<u16> =
            region.iter().flat_map(|&qubit| target.neighbours(qubit)).copied().collect();
        around.retain(|qubit| !region.contains(qubit));
        let key =
            |&qubit: &u16| (Reverse(n_inside(qubit, &region, target)), way(qubit, &region, target), qubit);
        region.push(around.into_iter().min_by_key(key)?);
    }
    Some(region)
}

fn n_inside(qubit: u16, region: &[u16], target: &Target) -> usize {
    target.neighbours(qubit).iter().filter(|&other| region.contains(other)).count()
}

/// The way from a qubit to all of a region.
fn way(qubit: u16, region: &[u16], target: &Target) -> u32 {
    region.iter().map(|&other| u32::from(target.distance(qubit, other))).sum()
}

fn total_way(region: &[u16], target: &Target) -> u32 {
    region.iter().map(|&qubit| way(qubit, region, target)).sum()
}

fn n_couplings(region: &[u16], target: &Target) -> usize {
    region.iter().map(|&qubit| n_inside(qubit, region, target)).sum()
}

#[cfg(test)]
mod tests;
