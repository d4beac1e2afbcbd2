//! Judges SWAPs: by how much closer they bring what is ahead, and by the CX that they add.
//!
//! What a wire gains or loses by each step that it may take is computed once, and kept up to date as the wires move that it
//! meets.

use super::Router;
use crate::random::Random;
use crate::route_swaps::NONE;

impl Router<'_> {
    /// The SWAP at the front with the least score.
    pub(super) fn best_swap(&mut self, random: &mut Random) -> (u16, u16) {
        let mut best = std::mem::take(&mut self.best);
        best.clear();
        let mut best_score = i64::MAX;
        let target = self.target;
        for i in 0..self.active.len() {
            let a = self.layout.qubit[usize::from(self.active[i])];
            self.compute_changes(a);
            let first = target.first_coupling(a);
            for (i, &b) in target.neighbours(a).iter().enumerate() {
                let other = self.layout.wire[usize::from(b)];
                // Both ends wait: seen from the lower one.
                if b < a && other != NONE && self.is_active[usize::from(other)] {
                    continue;
                }
                self.compute_changes(b);
                let changes = self.changes[first + i] + self.changes[target.reverse(first + i)];
                let score = changes + self.own_score(a, b);
                if score < best_score {
                    best_score = score;
                    best.clear();
                }
                if score == best_score {
                    best.push((a.min(b), a.max(b)));
                }
            }
        }
        // The order in which blocks came to the front is no reason.
        best.sort_unstable();
        let chosen = best[random.below(best.len())];
        self.best = best;
        chosen
    }

    /// What a SWAP costs by itself.
    fn own_score(&self, a: u16, b: u16) -> i64 {
        let decay = i64::from(self.decay[usize::from(a)].max(self.decay[usize::from(b)]));
        (self.weights.cx * self.marginal(a, b) + self.weights.decay * decay) * self.unit
    }

    /// Fills in `changes` from a qubit. Two wires that change places stay as far apart as they are: neighbours are as good
    /// as in one place.
    fn compute_changes(&mut self, from: u16) {
        if std::mem::replace(&mut self.computed[usize::from(from)], self.round) == self.round {
            return;
        }
        let (n, neighbours) = (self.target.n_qubits, self.target.neighbours(from));
        let first = self.target.first_coupling(from);
        let changes = &mut self.changes[first..first + neighbours.len()];
        changes.fill(0);
        let wire = self.layout.wire[usize::from(from)];
        if wire == NONE {
            return;
        }
        let [start, end] = [0, 1].map(|i| self.starts[usize::from(wire) + i] as usize);
        for meeting in &self.meetings[start..end] {
            let place = usize::from(self.layout.qubit[usize::from(meeting.other)]);
            let scores = &self.scores[place * n..][..n];
            let before = scores[usize::from(from)];
            for (change, &to) in changes.iter_mut().zip(neighbours) {
                *change += i64::from(meeting.weight) * i64::from(scores[usize::from(to)] - before);
            }
        }
    }

    /// The CX that a SWAP adds.
    pub(super) fn marginal(&self, a: u16, b: u16) -> i64 {
        let latest = self.latest[usize::from(a)];
        if latest.name != u32::MAX && latest.name == self.latest[usize::from(b)].name {
            return i64::from(latest.mirror) - i64::from(latest.cx);
        }
        let is_empty = |q: u16| self.layout.wire[usize::from(q)] == NONE;
        if is_empty(a) || is_empty(b) { 2 } else { 3 }
    }

    /// The changes of a wire that has moved are others now, and for those that it meets it is in another place.
    pub(super) fn update_changes(&mut self, from: u16, to: u16) {
        self.computed[usize::from(to)] = 0;
        let wire = self.layout.wire[usize::from(to)];
        if wire == NONE {
            return;
        }
        let n = self.target.n_qubits;
        let [before, after] = [from, to].map(|place| &self.scores[usize::from(place) * n..][..n]);
        let [start, end] = [0, 1].map(|i| self.starts[usize::from(wire) + i] as usize);
        for meeting in &self.meetings[start..end] {
            let qubit = self.layout.qubit[usize::from(meeting.other)];
            if self.computed[usize::from(qubit)] != self.round {
                continue;
            }
            let further = |at: u16| after[usize::from(at)] - before[usize::from(at)];
            let here = further(qubit);
            let neighbours = self.target.neighbours(qubit);
            let changes = &mut self.changes[self.target.first_coupling(qubit)..][..neighbours.len()];
            for (change, &next) in changes.iter_mut().zip(neighbours) {
                *change += i64::from(meeting.weight) * i64::from(further(next) - here);
            }
        }
    }

    /// Exchanges the wires of blocks that have just happened where the mirror of the block costs no more, and what is ahead
    /// comes closer by it (Cross et al., arXiv:2308.03874); whether that was anything.
    pub(super) fn accept_mirrors(&mut self) -> bool {
        let mut fresh = std::mem::take(&mut self.fresh);
        let mut is_moved = false;
        for (a, b) in fresh.drain(..) {
            let latest = self.latest[usize::from(a)];
            let is_latest = latest.name != u32::MAX && latest.name == self.latest[usize::from(b)].name;
            if is_latest && latest.mirror <= latest.cx && self.mirror_score(a, b) < 0 {
                self.apply(a, b);
                is_moved = true;
            }
        }
        self.fresh = fresh;
        is_moved
    }

    /// How much worse it is to exchange two coupled qubits.
    fn mirror_score(&mut self, a: u16, b: u16) -> i64 {
        let Ok(place) = self.target.neighbours(a).binary_search(&b) else { return 0 };
        self.compute_changes(a);
        self.compute_changes(b);
        let coupling = self.target.first_coupling(a) + place;
        let changes = self.changes[coupling] + self.changes[self.target.reverse(coupling)];
        changes + self.weights.cx * self.marginal(a, b) * self.unit
    }
}
