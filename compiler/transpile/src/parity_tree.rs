//! Turns about the parities of most pairs of wires on any couplings, with one CX for a pair where that can be.
//!
//! The wires of a parity twine (Klaver et al., arXiv:2408.10907) hold the edges of a path through all labels, where label
//! 0 is nothing. Here they hold the edges of any tree. CX from the edge `ab` to the edge `bc` on a coupled wire slides
//! that to `ac`: a tree again, and a new pair for a single CX. The best trees of each number of CX go on (beam search);
//! SWAPs lead on where no slide does. In the end all edges are back at label 0, each wire holding a label by itself.
//!
//! A tree is judged by the pairs that are left: the more wires lie between the ends of a pair along the tree, and the
//! farther apart these wires are, the more CX it still takes.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::parity_network::Piece;

/// Most wires: beyond, the search is too narrow to beat a twine.
pub const MAX_TREE: usize = 8;

/// What a pair that is left weighs in each attempt, one step between two wires on its path being 10.
const WEIGHTS: [i64; 3] = [100, 40, 200];

/// The CX of a SWAP.
const SWAP: usize = 3;

/// A network for these parities, sets of wires as bits, with fewer than `limit` CX on the couplings of wires with
/// `neighbours`, and the wire of the start that each wire holds at the end. None if a parity has more than two wires, or
/// if none is found.
pub fn parity_tree(
    neighbours: &[Vec<usize>],
    turns: &[u128],
    limit: usize,
) -> Option<(Vec<Piece>, Vec<usize>)> {
    let n_wires = neighbours.len();
    if !(2..=MAX_TREE).contains(&n_wires) || turns.iter().any(|turn| turn.count_ones() > 2) {
        return None;
    }
    let mut best: Option<Found> = None;
    for pair in WEIGHTS {
        let search = Search { neighbours, distances: distances(neighbours), pair };
        let limit = best.as_ref().map_or(limit, |best| best.n_cx + 2);
        let found = search.run(Tree::new(n_wires, turns), limit);
        best = best.into_iter().chain(found).min_by_key(Found::key);
    }
    Some(write(n_wires, turns, &best?.moves))
}

/// What happens between two coupled wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Cx(u8, u8),
    Swap(u8, u8),
}

/// The edges that wires hold, and the pairs that are left.
#[derive(Clone)]
struct Tree {
    edges: [[u8; 2]; MAX_TREE],
    /// For each label those that it still has to meet, as bits.
    open: [u16; MAX_TREE + 1],
    /// The longest path in CX that ends on each wire.
    ends: [u16; MAX_TREE],
    score: i64,
    /// The place of the tree before this one, and how it became this one.
    before: usize,
    by: Move,
}

impl Tree {
    fn new(n_wires: usize, turns: &[u128]) -> Self {
        let mut open = [0; MAX_TREE + 1];
        for turn in turns.iter().filter(|turn| turn.count_ones() == 2) {
            let [a, b] = [turn.trailing_zeros(), 127 - turn.leading_zeros()].map(|wire| wire as usize + 1);
            open[a] |= 1 << b;
            open[b] |= 1 << a;
        }
        let mut edges = [[0; 2]; MAX_TREE];
        (0..n_wires).for_each(|wire| edges[wire][1] = wire as u8 + 1);
        Self { edges, open, ends: [0; MAX_TREE], score: 0, before: 0, by: Move::Swap(0, 0) }
    }

    /// The tree after a CX, if it is one.
    fn slide(&self, control: usize, target: usize) -> Option<Self> {
        let edge = slide(self.edges[control], self.edges[target])?;
        let mut next = self.clone();
        next.edges[target] = edge;
        let [a, b] = edge.map(usize::from);
        next.open[a] &= !(1 << b);
        next.open[b] &= !(1 << a);
        next.lengthen(control, target, 1);
        next.by = Move::Cx(control as u8, target as u8);
        Some(next)
    }

    fn swap(&self, a: usize, b: usize) -> Self {
        let mut next = self.clone();
        next.edges.swap(a, b);
        next.lengthen(a, b, SWAP);
        next.by = Move::Swap(a as u8, b as u8);
        next
    }

    fn lengthen(&mut self, a: usize, b: usize, n_cx: usize) {
        let end = self.ends[a].max(self.ends[b]) + n_cx as u16;
        (self.ends[a], self.ends[b]) = (end, end);
    }

    fn depth(&self) -> u16 {
        self.ends.iter().copied().max().unwrap_or(0)
    }

    /// Whether a CX brings up a pair that is left.
    fn is_progress(&self, control: usize, target: usize) -> bool {
        slide(self.edges[control], self.edges[target])
            .is_some_and(|[a, b]| self.open[usize::from(a)] >> b & 1 == 1)
    }

    /// The same for equal trees, and for few others.
    fn key(&self) -> u64 {
        let numbers = self.edges.iter().flatten().map(|&label| u64::from(label));
        numbers
            .chain(self.open.map(u64::from))
            .fold(0, |key, number| (key ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23))
    }

    fn is_done(&self, n_wires: usize) -> bool {
        self.open.iter().all(|open| *open == 0) && self.edges[..n_wires].iter().all(|edge| edge.contains(&0))
    }
}

/// The edge that `from` makes of `edge`, if they share one label.
fn slide(from: [u8; 2], edge: [u8; 2]) -> Option<[u8; 2]> {
    let shared = from.into_iter().find(|label| edge.contains(label))?;
    Some([other(from, shared), other(edge, shared)])
}

fn other(edge: [u8; 2], label: u8) -> u8 {
    edge[0] ^ edge[1] ^ label
}

/// For numbers that are well mixed already.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0.rotate_left(8) ^ u64::from(byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A way to the end.
struct Found {
    moves: Vec<Move>,
    n_cx: usize,
    depth: u16,
}

impl Found {
    /// As routed circuits are compared.
    fn key(&self) -> usize {
        self.n_cx.pow(2) * usize::from(self.depth)
    }
}

/// How many trees go on: fewer where each takes longer.
fn width(n_wires: usize) -> usize {
    600 / (n_wires * n_wires)
}

struct Search<'a> {
    neighbours: &'a [Vec<usize>],
    distances: Vec<Vec<i64>>,
    pair: i64,
}

impl Search<'_> {
    fn run(&self, start: Tree, limit: usize) -> Option<Found> {
        let n_wires = self.neighbours.len();
        let mut trees = vec![start];
        // By the CX that they took.
        let mut levels: Vec<Vec<usize>> = vec![Vec::new(); limit + SWAP];
        levels[0].push(0);
        let mut seen: HashSet<u64, BuildHasherDefault<Mixed>> = HashSet::default();
        for level in 0..limit {
            let mut best = std::mem::take(&mut levels[level]);
            // Equal ones stay in the order in which they were found.
            best.sort_by_key(|&place| (trees[place].score, trees[place].depth()));
            best.truncate(width(n_wires));
            for place in best {
                if trees[place].is_done(n_wires) {
                    let depth = trees[place].depth();
                    return Some(Found { moves: moves_to(&trees, place), n_cx: level, depth });
                }
                self.each_move(&trees[place].clone(), |mut next, n_cx| {
                    if seen.insert(next.key()) {
                        next.before = place;
                        next.score = self.score(&next);
                        levels[level + n_cx].push(trees.len());
                        trees.push(next);
                    }
                });
            }
        }
        None
    }

    /// What a tree may become, each with the CX that it takes.
    fn each_move(&self, tree: &Tree, mut act: impl FnMut(Tree, usize)) {
        let is_near = |(a, near): (usize, &Vec<usize>)| near.iter().any(|&b| tree.is_progress(a, b));
        let has_slide = self.neighbours.iter().enumerate().any(is_near);
        for (a, near) in self.neighbours.iter().enumerate() {
            for &b in near {
                if let Some(next) = tree.slide(a, b) {
                    act(next, 1);
                }
                if a < b && !has_slide {
                    act(tree.swap(a, b), SWAP);
                }
            }
        }
    }

    /// The lower the closer to the end.
    fn score(&self, tree: &Tree) -> i64 {
        let n_wires = self.neighbours.len();
        let mut at = [[0_u8; MAX_TREE]; MAX_TREE + 1];
        let mut n_at = [0; MAX_TREE + 1];
        for (wire, edge) in tree.edges[..n_wires].iter().enumerate() {
            for label in edge.map(usize::from) {
                at[label][n_at[label]] = wire as u8;
                n_at[label] += 1;
            }
        }
        let mut score = 0;
        let mut stack: Vec<(u8, u8, i64)> = Vec::with_capacity(n_wires);
        for from in 0..=n_wires {
            let open = if from == 0 { u16::MAX } else { tree.open[from] >> from << from };
            if open == 0 {
                continue;
            }
            let [pair, step] = if from == 0 { [0, 1] } else { [self.pair, 10] };
            let away = |wire: &u8| (other(tree.edges[usize::from(*wire)], from as u8), *wire, 0);
            stack.extend(at[from][..n_at[from]].iter().map(away));
            while let Some((label, wire, way)) = stack.pop() {
                if open >> label & 1 == 1 {
                    score += pair + step * way;
                }
                let label_at = usize::from(label);
                for &next in at[label_at][..n_at[label_at]].iter().filter(|&&next| next != wire) {
                    let way = way + self.distances[usize::from(wire)][usize::from(next)];
                    stack.push((other(tree.edges[usize::from(next)], label), next, way));
                }
            }
        }
        score
    }
}

/// How the tree at a place came about.
fn moves_to(trees: &[Tree], mut place: usize) -> Vec<Move> {
    let mut moves = Vec::new();
    while place != 0 {
        moves.push(trees[place].by);
        place = trees[place].before;
    }
    moves.reverse();
    moves
}

/// The moves with the turns where their parities come up.
fn write(n_wires: usize, turns: &[u128], moves: &[Move]) -> (Vec<Piece>, Vec<usize>) {
    let mut held: Vec<u128> = (0..n_wires).map(|wire| 1 << wire).collect();
    let mut open: Vec<(usize, u128)> = turns.iter().copied().enumerate().collect();
    let mut pieces = Vec::new();
    let mut take = |held: u128, wire: usize, pieces: &mut Vec<Piece>| {
        open.retain(|turn| {
            if turn.1 == held {
                pieces.push(Piece::Turn(turn.0, wire));
            }
            turn.1 != held
        });
    };
    (0..n_wires).for_each(|wire| take(held[wire], wire, &mut pieces));
    for step in moves {
        match *step {
            Move::Cx(control, target) => {
                let [control, target] = [control, target].map(usize::from);
                held[target] ^= held[control];
                pieces.push(Piece::Cx(control, target));
                take(held[target], target, &mut pieces);
            }
            Move::Swap(a, b) => {
                let [a, b] = [a, b].map(usize::from);
                held.swap(a, b);
                // Written out: it happens on the device.
                pieces.extend([Piece::Cx(a, b), Piece::Cx(b, a), Piece::Cx(a, b)]);
            }
        }
    }
    (pieces, held.into_iter().map(|held| held.trailing_zeros() as usize).collect())
}

/// Steps between all wires.
fn distances(neighbours: &[Vec<usize>]) -> Vec<Vec<i64>> {
    let n_wires = neighbours.len();
    let from = |start: usize| {
        let mut steps = vec![n_wires as i64; n_wires];
        steps[start] = 0;
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(wire) = queue.pop_front() {
            for &next in &neighbours[wire] {
                if steps[next] > steps[wire] + 1 {
                    steps[next] = steps[wire] + 1;
                    queue.push_back(next);
                }
            }
        }
        steps
    };
    (0..n_wires).map(from).collect()
}

#[cfg(test)]
mod tests;
