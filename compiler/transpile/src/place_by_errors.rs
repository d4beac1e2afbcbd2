//! Moves a routed circuit to qubits on which less goes wrong.
//!
//! What the circuit does stays as it is, gate by gate; only which qubits carry it changes. Its interaction graph is looked
//! for elsewhere in the coupling map, by subgraph search in the manner of VF2 (Cordella et al., IEEE TPAMI 26, 1367 (2004);
//! for errors: Nation and Treinish, PRX Quantum 4, 010327 (2023)). A placement costs the negative logarithm of its
//! fidelity: that of each gate on its qubits, of each measurement, and of waiting. Part of a placement that costs as
//! much as the best whole one, with the least that the rest can cost, is given up. The search is cut off after so many
//! steps, the same number from each qubit that it starts from, and ties go by the numbers of the qubits.
//!
//! Expects: a circuit on coupled qubits, with the same circuit in native gates. Leaves: it on coupled qubits, its layouts
//! and outputs with it; where the errors of the device are not known, everything as it was. Directions of gates are not
//! looked at: native gates are written after it. Keeps: the unitary from `layout` to `final_layout`.

mod costs;

use qml_ir::circuit::{Circuit, Wire};
use smallvec::SmallVec;

use crate::device_facts::DeviceFacts;
use crate::target::Target;
use costs::{Costs, Link, NEVER, times};

/// Fewest steps from each qubit, for each wire: enough to come to an end once, on the maps of real devices.
const STEPS_OF_WIRE: usize = 8;

/// Steps of the search at each level.
pub fn budget(level: u8) -> usize {
    match level {
        0 => 0,
        1 => 20_000,
        2 => 60_000,
        _ => 600_000,
    }
}

/// Where each qubit should go, if there is a better place for the circuit, which is in the gates of the device.
pub fn better_place(
    native: &Circuit,
    facts: &DeviceFacts,
    target: &Target,
    budget: usize,
) -> Option<Vec<Wire>> {
    let costs = Costs::new(native, facts, target);
    let place = search(&costs, target, budget)?;
    Some(fill(&costs.wires, &place, native, target))
}

/// Moves the circuit to that place.
pub fn move_to(to: &[Wire], circuit: &mut Circuit) {
    circuit.ops.iter_mut().for_each(|op| op.map_wires(&mut |wire| to[wire.0 as usize]));
    let Circuit { output, layout, final_layout, .. } = circuit;
    output.iter_mut().chain(layout).chain(final_layout).for_each(|wire| *wire = to[wire.0 as usize]);
}

/// The cheapest place of the wires that is found, if it is better than where they are.
fn search(costs: &Costs, target: &Target, budget: usize) -> Option<Vec<u16>> {
    let now = costs.of(&costs.wires);
    if now == NEVER || costs.wires.is_empty() {
        return None;
    }
    let order = search_order(costs);
    let earlier = earlier_links(costs, &order);
    let mut search = Search {
        costs,
        target,
        rest: least_of_rest(costs, &order, &earlier, target),
        place: vec![u16::MAX; costs.wires.len()],
        is_used: vec![false; target.n_qubits],
        steps: 0,
        best: (now, None),
        earlier,
        order: &order,
    };
    let mut roots = target.usable.clone();
    roots.sort_by_key(|&root| (costs.alone(order[0], root), root));
    for &root in &roots {
        search.steps = (budget / roots.len()).max(STEPS_OF_WIRE * order.len());
        search.put(0, root, costs.alone(order[0], root));
    }
    search.best.1
}

/// Wires so that each one has, where possible, partners before it, the more the better; wires that meet no other last.
fn search_order(costs: &Costs) -> Vec<usize> {
    let n = costs.wires.len();
    let mut n_before = vec![0_usize; n];
    let mut is_in = vec![false; n];
    let mut order = Vec::with_capacity(n);
    while let Some(next) = (0..n)
        .filter(|&wire| !is_in[wire])
        .max_by_key(|&wire| (n_before[wire], costs.links[wire].len(), std::cmp::Reverse(wire)))
    {
        is_in[next] = true;
        costs.links[next].iter().for_each(|link| n_before[link.other] += 1);
        order.push(next);
    }
    order
}

/// For each place in the order, the links of its wire to wires before it.
fn earlier_links<'a>(costs: &'a Costs, order: &[usize]) -> Vec<Vec<&'a Link>> {
    let mut is_in = vec![false; order.len()];
    let links = |&wire: &usize| {
        is_in[wire] = true;
        costs.links[wire].iter().filter(|link| is_in[link.other]).collect()
    };
    order.iter().map(links).collect()
}

/// For each place in the order, the least that it and all after it can cost.
fn least_of_rest(costs: &Costs, order: &[usize], earlier: &[Vec<&Link>], target: &Target) -> Vec<u64> {
    let least_pairs: Vec<u64> =
        costs.pairs.iter().map(|pairs| pairs.iter().copied().min().unwrap_or(0)).collect();
    let mut rest = vec![0_u64; order.len() + 1];
    for (i, &wire) in order.iter().enumerate().rev() {
        let alone = target.usable.iter().map(|&qubit| costs.alone(wire, qubit)).min().unwrap_or(0);
        let gates = earlier[i].iter().flat_map(|link| &link.gates);
        let pairs = gates.fold(0_u64, |sum, &(kind, n)| sum.saturating_add(times(least_pairs[kind], n)));
        rest[i] = rest[i + 1].saturating_add(alone).saturating_add(pairs);
    }
    rest
}

struct Search<'a> {
    costs: &'a Costs,
    target: &'a Target,
    order: &'a [usize],
    /// For each place in the order, the links to wires before it.
    earlier: Vec<Vec<&'a Link>>,
    rest: Vec<u64>,
    place: Vec<u16>,
    is_used: Vec<bool>,
    steps: usize,
    /// The least cost, and what has it; none is where the circuit is.
    best: (u64, Option<Vec<u16>>),
}

impl Search<'_> {
    /// Puts the wire at a place of the order on a qubit, and all further ones where they are cheapest; `cost` is that of
    /// all up to it.
    fn put(&mut self, depth: usize, qubit: u16, cost: u64) {
        if cost.saturating_add(self.rest[depth + 1]) >= self.best.0 {
            return;
        }
        let wire = self.order[depth];
        self.place[wire] = qubit;
        self.is_used[usize::from(qubit)] = true;
        if depth + 1 == self.order.len() {
            self.best = (cost, Some(self.place.clone()));
        } else {
            for (own, next) in self.candidates(depth + 1) {
                if self.steps == 0 {
                    break;
                }
                self.put(depth + 1, next, cost.saturating_add(own));
            }
        }
        self.place[wire] = u16::MAX;
        self.is_used[usize::from(qubit)] = false;
    }

    /// The qubits that the wire at a place of the order can be on, cheapest first.
    fn candidates(&mut self, depth: usize) -> SmallVec<[(u64, u16); 8]> {
        let Self { costs, target, .. } = *self;
        let wire = self.order[depth];
        let earlier = &self.earlier[depth];
        let anchor = earlier.first().map(|link| self.place[link.other]);
        let qubits = anchor.map_or(&target.usable[..], |qubit| target.neighbours(qubit));
        self.steps = self.steps.saturating_sub(qubits.len());
        let cost_on = |qubit: u16| {
            let pairs = earlier.iter().map(|link| costs.between(link, qubit, self.place[link.other]));
            pairs.fold(costs.alone(wire, qubit), u64::saturating_add)
        };
        let free = qubits.iter().copied().filter(|&qubit| !self.is_used[usize::from(qubit)]);
        let mut found: SmallVec<[(u64, u16); 8]> =
            free.map(|qubit| (cost_on(qubit), qubit)).filter(|found| found.0 != NEVER).collect();
        found.sort_unstable();
        if costs.links[wire].is_empty() {
            // A wire that meets no other takes the best qubit that is left.
            found.truncate(1);
        }
        found
    }
}

/// Where each qubit of the device goes: `wires` to `place`, wires of the source on which nothing happens to usable
/// qubits, and all others anywhere, each staying where it is if it can.
fn fill(wires: &[u16], place: &[u16], circuit: &Circuit, target: &Target) -> Vec<Wire> {
    let n_qubits = target.n_qubits;
    let mut to = vec![u16::MAX; n_qubits];
    wires.iter().zip(place).for_each(|(&wire, &qubit)| to[usize::from(wire)] = qubit);
    let idle: Vec<u16> = circuit.layout.iter().map(|wire| wire.0 as u16).collect();
    let all: Vec<u16> = (0..n_qubits as u16).collect();
    for (froms, qubits) in [(&idle, &target.usable), (&all, &all)] {
        for &from in froms {
            if to[usize::from(from)] != u16::MAX {
                continue;
            }
            let free = |qubit: u16| !to.contains(&qubit);
            let own = Some(from).filter(|&from| free(from) && qubits.contains(&from));
            let qubit = own.or_else(|| qubits.iter().copied().find(|&qubit| free(qubit)));
            to[usize::from(from)] = qubit.unwrap_or_else(|| qml_source::bug!("no qubit is left"));
        }
    }
    to.into_iter().map(|qubit| Wire(qubit.into())).collect()
}

#[cfg(test)]
mod tests;
