//! Finds a line of coupled qubits, on which circuits that ask for most pairs of wires are routed well.
//!
//! Where every wire meets every other one, wires that stand in a line and exchange places whenever they meet pass all of
//! them without any detour: the Fourier transform on a line (Fowler, Devitt and Hollenberg, quant-ph/0402196) and SWAP
//! networks (Kivlichan et al., Phys. Rev. Lett. 120, 110501 (2018)). Routing comes to that by itself if it is given the
//! couplings of the line alone: shortcuts would lead it astray.

use crate::route_swaps::Layout;
use crate::target::Target;

/// Steps of the search from each qubit.
const BUDGET: usize = 200;

/// Qubits in a line, and the couplings along it.
pub struct Line {
    /// The wires along the line in their order.
    pub start: Layout,
    /// The device with no other couplings.
    pub target: Target,
}

/// A line of `n_wires` qubits, in which a few may stand beside it.
pub fn find_line(n_wires: usize, target: &Target) -> Option<Line> {
    let mut best: Option<((usize, usize), Course)> = None;
    for &root in &target.usable {
        let path = longest_path(root, n_wires, target);
        let n_beside = n_wires - path.len();
        if 4 * n_beside > n_wires {
            continue;
        }
        let Some(course) = widen(path, n_wires, target) else { continue };
        let key = (n_beside, course.from_end);
        if best.as_ref().is_none_or(|best| key < best.0) {
            best = Some((key, course));
        }
        if n_beside == 0 {
            break;
        }
    }
    let (_, Course { order, couplings, .. }) = best?;
    Some(Line { start: Layout::new(order, target.n_qubits), target: target.restricted(&couplings) })
}

/// The course of a line.
struct Course {
    /// Its qubits, those beside it after the one that they are coupled to.
    order: Vec<u16>,
    couplings: Vec<[u16; 2]>,
    /// How far from an end those beside it are, together: there they are in the way.
    from_end: usize,
}

/// Puts qubits beside a path until there are `n`.
fn widen(path: Vec<u16>, n: usize, target: &Target) -> Option<Course> {
    let mut couplings: Vec<[u16; 2]> = path.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    let (mut order, mut from_end) = (path, 0);
    while order.len() < n {
        let is_free = |qubit: &&u16| !order.contains(qubit);
        let beside = |(i, &qubit): (usize, &u16)| Some((i, *target.neighbours(qubit).iter().find(is_free)?));
        let to_end = |i: usize| i.min(order.len() - 1 - i);
        let (i, qubit) = order.iter().enumerate().filter_map(beside).min_by_key(|&(i, _)| to_end(i))?;
        from_end += to_end(i);
        couplings.push([order[i], qubit]);
        order.insert(i + 1, qubit);
    }
    Some(Course { order, couplings, from_end })
}

/// A path from a qubit through `n` qubits, or the longest one that is found.
fn longest_path(root: u16, n: usize, target: &Target) -> Vec<u16> {
    let is_used = vec![false; target.n_qubits];
    let mut search = Search { n, target, path: Vec::new(), is_used, best: Vec::new(), steps: BUDGET };
    search.go_on(root);
    search.best
}

struct Search<'a> {
    n: usize,
    target: &'a Target,
    path: Vec<u16>,
    is_used: Vec<bool>,
    best: Vec<u16>,
    steps: usize,
}

impl Search<'_> {
    /// Goes to a qubit, and from there where fewest ways lead on (Warnsdorff's rule); whether the search is over.
    fn go_on(&mut self, qubit: u16) -> bool {
        self.path.push(qubit);
        self.is_used[usize::from(qubit)] = true;
        if self.path.len() > self.best.len() {
            self.best.clone_from(&self.path);
        }
        self.steps = self.steps.saturating_sub(1);
        let mut next: Vec<u16> = self.free_neighbours(qubit).collect();
        next.sort_by_key(|&next| self.free_neighbours(next).count());
        let is_over =
            self.path.len() == self.n || self.steps == 0 || next.into_iter().any(|next| self.go_on(next));
        self.path.pop();
        self.is_used[usize::from(qubit)] = false;
        is_over
    }

    fn free_neighbours(&self, qubit: u16) -> impl Iterator<Item = u16> {
        let neighbours = self.target.neighbours(qubit).iter();
        neighbours.copied().filter(|&next| !self.is_used[usize::from(next)])
    }
}

#[cfg(test)]
mod tests;
