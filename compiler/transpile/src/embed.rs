//! Looks for a layout in which every gate is on coupled qubits: subgraph search in the manner of VF2 (Cordella et al.,
//! IEEE TPAMI 26, 1367 (2004)), with a budget of steps.

use crate::target::Target;

/// Steps of one search, and of one for a part of a circuit.
const BUDGET: usize = 200_000;
const WINDOW_BUDGET: usize = 2000;

/// A layout without SWAPs, if the budget is enough to find one. `links[w]` are the wires that wire `w` meets.
pub fn embed(links: &[Vec<u16>], target: &Target) -> Option<Vec<u16>> {
    let mut place = search(links, target, &target.usable, BUDGET)?;
    place_rest(&mut place, target);
    Some(place)
}

/// A layout in which the longest possible first part of `pairs` needs no SWAPs; further wires stand close by. `order` are
/// the usable qubits in the order in which they are tried.
pub fn embed_window(pairs: &[[u16; 2]], n_wires: usize, target: &Target, order: &[u16]) -> Option<Vec<u16>> {
    let fit = |end: usize| {
        let mut links = vec![Vec::new(); n_wires];
        for &[a, b] in &pairs[..end] {
            links[usize::from(a)].push(b);
            links[usize::from(b)].push(a);
        }
        for own in &mut links {
            own.sort_unstable();
            own.dedup();
        }
        search(&links, target, order, WINDOW_BUDGET)
    };
    // The largest power of two that fits, and then by halving.
    let (mut best, mut low, mut step) = (None, 0, 1);
    while low + step <= pairs.len() {
        match fit(low + step) {
            Some(place) => (best, low, step) = (Some(place), low + step, 2 * step),
            None => break,
        }
    }
    while step > 0 {
        if low + step <= pairs.len()
            && let Some(place) = fit(low + step)
        {
            (best, low) = (Some(place), low + step);
        }
        step /= 2;
    }
    let mut place = best?;
    place_rest(&mut place, target);
    Some(place)
}

/// Puts wires without a place on the free qubits that are closest to all others.
fn place_rest(place: &mut [u16], target: &Target) {
    let is_placed: Vec<u16> = place.iter().copied().filter(|&qubit| qubit != u16::MAX).collect();
    let total =
        |qubit: u16| is_placed.iter().map(|&other| u32::from(target.distance(qubit, other))).sum::<u32>();
    let mut free: Vec<u16> =
        target.usable.iter().copied().filter(|qubit| !is_placed.contains(qubit)).collect();
    free.sort_by_key(|&qubit| (total(qubit), qubit));
    let unplaced = place.iter_mut().filter(|qubit| **qubit == u16::MAX);
    unplaced.zip(free).for_each(|(place, qubit)| *place = qubit);
}

/// Places all wires that have links.
fn search(links: &[Vec<u16>], target: &Target, roots: &[u16], budget: usize) -> Option<Vec<u16>> {
    let max_degree = target.usable.iter().map(|&qubit| target.neighbours(qubit).len()).max().unwrap_or(0);
    let n_qubit_links: usize = target.usable.iter().map(|&qubit| target.neighbours(qubit).len()).sum();
    if links.iter().any(|own| own.len() > max_degree)
        || links.iter().map(Vec::len).sum::<usize>() > n_qubit_links
    {
        return None;
    }
    let order = search_order(links);
    let mut search = Search {
        links,
        target,
        roots,
        order: &order,
        place: vec![u16::MAX; links.len()],
        is_used: vec![false; target.n_qubits],
        steps: budget,
    };
    search.extend(0).then_some(search.place)
}

/// Wires so that each one has, where possible, a neighbour before it; those with most links first.
fn search_order(links: &[Vec<u16>]) -> Vec<u16> {
    let mut order: Vec<u16> = Vec::new();
    let mut n_placed = vec![0_usize; links.len()];
    let mut is_placed: Vec<bool> = links.iter().map(Vec::is_empty).collect();
    while order.len() < links.len() {
        let open = (0..links.len()).filter(|&wire| !is_placed[wire]);
        let Some(next) = open.max_by_key(|&wire| (n_placed[wire], links[wire].len(), links.len() - wire))
        else {
            break;
        };
        is_placed[next] = true;
        links[next].iter().for_each(|&other| n_placed[usize::from(other)] += 1);
        order.push(next as u16);
    }
    order
}

struct Search<'a> {
    links: &'a [Vec<u16>],
    target: &'a Target,
    roots: &'a [u16],
    order: &'a [u16],
    place: Vec<u16>,
    is_used: Vec<bool>,
    steps: usize,
}

impl Search<'_> {
    fn extend(&mut self, depth: usize) -> bool {
        let Some(&wire) = self.order.get(depth) else { return true };
        let own = &self.links[usize::from(wire)];
        let anchor = own.iter().map(|&other| self.place[usize::from(other)]).find(|&qubit| qubit != u16::MAX);
        let target = self.target;
        let candidates = anchor.map_or(self.roots, |qubit| target.neighbours(qubit));
        for &qubit in candidates {
            if self.steps == 0 {
                return false;
            }
            self.steps -= 1;
            let fits = !self.is_used[usize::from(qubit)]
                && target.neighbours(qubit).len() >= own.len()
                && own
                    .iter()
                    .map(|&other| self.place[usize::from(other)])
                    .all(|other| other == u16::MAX || target.distance(qubit, other) == 1);
            if !fits {
                continue;
            }
            self.place[usize::from(wire)] = qubit;
            self.is_used[usize::from(qubit)] = true;
            if self.extend(depth + 1) {
                return true;
            }
            self.place[usize::from(wire)] = u16::MAX;
            self.is_used[usize::from(qubit)] = false;
        }
        false
    }
}
