//! The coupling map of a device as flat arrays, made from the petgraph map once.

use std::collections::VecDeque;

use qml_devices::Device;

use crate::pair_basis::PairBasis;

/// A distance that is larger than any other: no path.
pub const FAR: u16 = u16::MAX;

/// Neighbours and distances of the qubits of a device, couplings out of service left out.
#[derive(Clone, Debug)]
pub struct Target {
    /// How many qubits.
    pub n_qubits: usize,
    /// Neighbours of qubit `q` are `neighbours[offsets[q]..offsets[q + 1]]`, sorted.
    offsets: Vec<u32>,
    neighbours: Vec<u16>,
    /// For each coupling its number in the other direction.
    reverse: Vec<u32>,
    /// Couplings on a shortest path from `a` to `b`, at `a * n_qubits + b`.
    distances: Vec<u16>,
    /// The qubits of the largest connected part, sorted.
    pub usable: Vec<u16>,
    /// What its two-qubit gate is like.
    pub pairs: PairBasis,
}

impl Target {
    /// The arrays of a device.
    pub fn new(device: &Device) -> Self {
        let n_qubits = device.n_qubits;
        let mut offsets = vec![0];
        let mut neighbours = Vec::new();
        for qubit in 0..n_qubits as u32 {
            let working = device.coupling.neighbors(qubit).filter(|&other| device.is_working(qubit, other));
            let mut own: Vec<u16> = working.map(|other| other as u16).collect();
            own.sort_unstable();
            neighbours.extend(own);
            offsets.push(neighbours.len() as u32);
        }
        let basis = device.basis.as_ref();
        let pairs = basis.map_or(PairBasis::Controlled, |basis| PairBasis::of(basis.two_qubit));
        Self::of_neighbours(n_qubits, offsets, neighbours, pairs)
    }

    /// The same qubits with some of their couplings.
    pub fn restricted(&self, couplings: &[[u16; 2]]) -> Self {
        let mut of_qubit = vec![Vec::new(); self.n_qubits];
        for &[a, b] in couplings {
            of_qubit[usize::from(a)].push(b);
            of_qubit[usize::from(b)].push(a);
        }
        let mut offsets = vec![0];
        let mut neighbours = Vec::new();
        for mut own in of_qubit {
            own.sort_unstable();
            neighbours.extend(own);
            offsets.push(neighbours.len() as u32);
        }
        Self::of_neighbours(self.n_qubits, offsets, neighbours, self.pairs)
    }

    fn of_neighbours(n_qubits: usize, offsets: Vec<u32>, neighbours: Vec<u16>, pairs: PairBasis) -> Self {
        let mut target = Self {
            n_qubits,
            offsets,
            neighbours,
            reverse: Vec::new(),
            distances: vec![FAR; n_qubits * n_qubits],
            usable: Vec::new(),
            pairs,
        };
        target.reverse = target.reverses();
        (0..n_qubits).for_each(|from| target.measure_from(from));
        target.usable = target.largest_part();
        target
    }

    /// The qubits that are coupled to a qubit, sorted.
    pub fn neighbours(&self, qubit: u16) -> &[u16] {
        let qubit = usize::from(qubit);
        &self.neighbours[self.offsets[qubit] as usize..self.offsets[qubit + 1] as usize]
    }

    /// The number of the first coupling from a qubit; those to its neighbours are numbered one after the other.
    pub fn first_coupling(&self, qubit: u16) -> usize {
        self.offsets[usize::from(qubit)] as usize
    }

    /// The number of a coupling in the other direction.
    pub fn reverse(&self, coupling: usize) -> usize {
        self.reverse[coupling] as usize
    }

    /// How many couplings there are, each counted in both directions.
    pub fn n_couplings(&self) -> usize {
        self.neighbours.len()
    }

    /// Couplings on a shortest path, [`FAR`] if there is none.
    pub fn distance(&self, a: u16, b: u16) -> u16 {
        self.distances[usize::from(a) * self.n_qubits + usize::from(b)]
    }

    /// Whether all qubits are coupled with each other.
    pub fn is_complete(&self) -> bool {
        self.neighbours.len() == self.n_qubits * self.n_qubits.saturating_sub(1)
    }

    /// All distances: that from `a` to `b` at `a * n_qubits + b`.
    pub fn distances(&self) -> &[u16] {
        &self.distances
    }

    fn reverses(&self) -> Vec<u32> {
        let number = move |from: u16, to: u16| {
            let place = self.neighbours(from).binary_search(&to);
            let place = place.unwrap_or_else(|_| qml_source::bug!("qubits {from} and {to} coupled one way"));
            (self.first_coupling(from) + place) as u32
        };
        let qubits = 0..self.n_qubits as u16;
        qubits.flat_map(|from| self.neighbours(from).iter().map(move |&to| number(to, from))).collect()
    }

    fn measure_from(&mut self, from: usize) {
        let row = from * self.n_qubits;
        let mut queue = VecDeque::from([from as u16]);
        self.distances[row + from] = 0;
        while let Some(qubit) = queue.pop_front() {
            let next = self.distances[row + usize::from(qubit)] + 1;
            let (start, end) = (self.offsets[usize::from(qubit)], self.offsets[usize::from(qubit) + 1]);
            for i in start as usize..end as usize {
                let other = self.neighbours[i];
                if self.distances[row + usize::from(other)] == FAR {
                    self.distances[row + usize::from(other)] = next;
                    queue.push_back(other);
                }
            }
        }
    }

    fn largest_part(&self) -> Vec<u16> {
        let part = |q: u16| (0..self.n_qubits as u16).filter(move |&other| self.distance(q, other) != FAR);
        let mut largest: Vec<u16> = Vec::new();
        for qubit in 0..self.n_qubits as u16 {
            // The first qubit of each part stands for it.
            if part(qubit).next() == Some(qubit) && part(qubit).count() > largest.len() {
                largest = part(qubit).collect();
            }
        }
        largest
    }
}
