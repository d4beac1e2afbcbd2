//! Looks for a layout in which every gate is on coupled qubits: subgraph search in the manner of VF2 (Cordella et al.,
//! IEEE TPAMI 26, 1367 (2004)), with a budget of steps.

use crate::target::Target;

/// Steps of one search.
const BUDGET: usize = 200_000;

/// A layout without SWAPs, if the budget is enough to find one. `links[w]` are the wires that wire `w` meets.
pub fn embed(links: &[Vec<u16>], target: &Target) -> Option<Vec<u16>> {
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
        order: &order,
        place: vec![u16::MAX; links.len()],
        is_used: vec![false; target.n_qubits],
        steps: BUDGET,
    };
    search.extend(0).then_some(search.place)
}

/// Wires so that each one has, where possible, a neighbour before it; those with most links first.
fn search_order(links: &[Vec<u16>]) -> Vec<u16> {
    let mut order: Vec<u16> = Vec::new();
    let mut n_placed = vec![0_usize; links.len()];
    let mut is_placed = vec![false; links.len()];
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
        let candidates = anchor.map_or(target.usable.as_slice(), |qubit| target.neighbours(qubit));
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
