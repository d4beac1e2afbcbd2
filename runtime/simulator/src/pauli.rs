//! Observables on states: Pauli strings grouped by what they flip, projectors by their amplitudes.
//!
//! A string is `i^n_y X^x Z^z` for bit masks `x`, `z` and the number `n_y` of its Ys:
//! `P |j> = i^n_y (-1)^|j & z| |j ^ x>`. All strings with the same `x` read the same products `conj(psi_j) psi_(j ^ x)`;
//! groups whose flips fit into a tile are done in one pass over the state, values and images together.

mod strings;

use std::collections::BTreeMap;
use std::ops::Range;

use qml_ir::circuit::Pauli;
use qml_prelude::observable::Observable;

use crate::Fault;
use crate::ket::Ket;
use crate::observables::check_observables;
use crate::pass::{Buffers, Shared, Tiles, drive, with_buffers};
use crate::plan::{Plan, RUN_WIRES, Select, tile_wires};
use crate::simulator::Run;
use crate::vector::{Isa, Real};
use crate::walk::Purpose;

/// The masks `x`, `z` and the number of Ys of a string, given by positions and letters.
pub(crate) fn masks(pauli: impl Iterator<Item = (u32, Pauli)>) -> (usize, usize, u32) {
    pauli.fold((0, 0, 0), |(x, z, n_y), (position, letter)| {
        let bit = 1 << position;
        match letter {
            Pauli::X => (x | bit, z, n_y),
            Pauli::Y => (x | bit, z | bit, n_y + 1),
            Pauli::Z => (x, z | bit, n_y),
        }
    })
}

/// A list of observables, prepared for the states of a plan: checked, grouped, and laid out in passes.
#[derive(Clone, Debug)]
pub struct Prepared {
    passes: Vec<ObservablePass>,
    projectors: Vec<Select>,
    /// For each observable its terms: strings in their order, then projectors.
    pub(crate) observables: Vec<Vec<Term>>,
    /// How many different strings and projectors there are.
    n_measured: usize,
    is_diagonal: bool,
}

/// Groups that are looked at while a tile is in the cache.
#[derive(Clone, Debug)]
struct ObservablePass {
    tile: Vec<u32>,
    groups: Vec<Group>,
    /// Those of them with one string that only flips, with what it flips.
    flips: Vec<(usize, Letters)>,
}

/// Strings with the same `x`, on the wires of a tile.
#[derive(Clone, Debug)]
struct Group {
    x: usize,
    strings: Vec<Letters>,
}

impl Group {
    /// Its string, if it has one that does nothing but flip wires of the tile, and what it flips.
    fn flip(&self) -> Option<(usize, Letters)> {
        match *self.strings.as_slice() {
            [string] if string.z == 0 => Some((self.x, string)),
            _ => None,
        }
    }
}

/// A string of a group.
#[derive(Clone, Copy, Debug)]
struct Letters {
    z: usize,
    /// `z` outside of the tile, as bits of the whole index.
    outer_z: usize,
    /// The number of Ys.
    n_y: u32,
    /// Where its value stands.
    place: usize,
}

/// A term of an observable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub coefficient: f64,
    /// Where the value of its string or projector stands.
    pub measured: usize,
}

impl Prepared {
    /// Checks the observables against the plan's register and groups their strings.
    pub fn new(plan: &Plan, observables: &[Observable]) -> Result<Self, Fault> {
        // Where the value of a string stands, by its masks.
        let mut strings: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut projectors: Vec<(Select, usize)> = Vec::new();
        let mut n_measured = 0;
        let mut prepared = Vec::new();
        check_observables(plan.register_len(), observables)?;
        for observable in observables {
            let mut terms = Vec::new();
            for (string, &coefficient) in &observable.terms {
                let (x, z, _) = masks(string.iter().map(|&(q, letter)| (plan.output[q as usize], letter)));
                let measured = *strings.entry((x, z)).or_insert(n_measured);
                n_measured = n_measured.max(measured + 1);
                terms.push(Term { coefficient: coefficient.re, measured });
            }
            for (bits, coefficient) in &observable.projectors {
                let pairs = bits.iter().zip(&plan.output);
                let select = pairs.fold(Select::default(), |s, (&bit, &position)| s.with(position, bit));
                projectors.push((select, n_measured));
                terms.push(Term { coefficient: coefficient.re, measured: n_measured });
                n_measured += 1;
            }
            prepared.push(terms);
        }
        // Projectors stand after the strings, in their order.
        let mut place = vec![0; n_measured];
        for (i, old) in strings.values().enumerate() {
            place[*old] = i;
        }
        for (i, (_, old)) in projectors.iter().enumerate() {
            place[*old] = strings.len() + i;
        }
        prepared.iter_mut().flatten().for_each(|term| term.measured = place[term.measured]);
        let is_diagonal = strings.keys().all(|&(x, _)| x == 0);
        let passes = passes(plan.n_wires, strings.into_keys());
        let projectors = projectors.into_iter().map(|(select, _)| select).collect();
        Ok(Self { passes, projectors, observables: prepared, n_measured, is_diagonal })
    }

    /// What these observables look at: if all are diagonal, outcomes alone.
    pub(crate) fn purpose(&self) -> Purpose {
        if self.is_diagonal { Purpose::Outcomes } else { Purpose::State }
    }

    /// A zero for each different string and projector, for each sample.
    pub(crate) fn zeros(&self, samples: usize) -> Vec<f64> {
        vec![0.0; self.n_measured * samples]
    }

    /// The values of the observables of a sample from those of their strings and projectors.
    pub(crate) fn combine(&self, values: &[f64], samples: usize, sample: usize) -> impl Iterator<Item = f64> {
        let of_term = move |t: &Term| t.coefficient * values[t.measured * samples + sample];
        self.observables.iter().map(move |terms| terms.iter().map(of_term).sum())
    }

    /// The weight of each string and projector in `sum of cotangent_k O_k`, for each of so many samples, whose cotangents
    /// lie one sample after the other.
    pub(crate) fn weights(&self, cotangents: &[f64], samples: usize) -> Vec<f64> {
        let mut weights = self.zeros(samples);
        for (i, cotangent) in cotangents.iter().enumerate() {
            let (sample, observable) = (i / self.observables.len(), i % self.observables.len());
            for term in &self.observables[observable] {
                weights[term.measured * samples + sample] += cotangent * term.coefficient;
            }
        }
        weights
    }

    /// Adds `<psi| P |psi>` for each different string and projector.
    pub(crate) fn add_values<T: Real>(&self, run: &Run, isa: Isa, psi: &Ket<T>, values: &mut [f64]) {
        self.look(run, isa, psi, Some(values), None);
    }

    /// `out = sum of weight P |psi>`; also adds the values, if asked to.
    pub(crate) fn apply<T: Real>(
        &self,
        run: &Run,
        isa: Isa,
        psi: &Ket<T>,
        values: Option<&mut [f64]>,
        weights: &[f64],
        out: &mut Ket<T>,
    ) {
        self.look(run, isa, psi, values, Some((weights, out)));
    }

    fn look<T: Real>(
        &self,
        run: &Run,
        isa: Isa,
        psi: &Ket<T>,
        mut values: Option<&mut [f64]>,
        image: Option<(&[f64], &mut Ket<T>)>,
    ) {
        let layout = psi.layout();
        let samples = if layout.lane_bits == layout.width_bits { 1 } else { 1 << layout.width_bits };
        let narrow: Vec<T> =
            image.as_ref().map_or_else(Vec::new, |(w, _)| w.iter().map(|w| T::from_f64(*w)).collect());
        let (mut image, weights) = match image {
            Some((weights, out)) => (Some(out), weights),
            None => (None, [].as_slice()),
        };
        let n_strings = self.n_measured - self.projectors.len();
        for (index, pass) in self.passes.iter().enumerate() {
            if run.is_interrupted() {
                return;
            }
            let tiles = Tiles::of(layout, &pass.tile);
            let shared_image = image.as_deref_mut().map(|out| Shared::new(out));
            let look = Look {
                interrupt: run,
                pass,
                tiles: &tiles,
                ket: Shared::read(psi),
                image: shared_image,
                is_first: index == 0,
                weights: &narrow,
                isa,
            };
            let run_strip = |strip, buffers: &mut Buffers, values: &mut [f64]| {
                if samples > 1 {
                    look.run::<true>(strip, buffers, values);
                } else {
                    look.run::<false>(strip, buffers, values);
                }
            };
            let n_values = if values.is_some() { n_strings * samples } else { 0 };
            let values = values.as_deref_mut().map_or(&mut [][..], |values| &mut values[..n_values]);
            if tiles.n_strips() == 1 {
                with_buffers(|buffers| run_strip(tiles.strip(0), buffers, values));
                continue;
            }
            let parts = drive(run, &tiles, |strip, buffers| {
                let mut values = vec![0.0; n_values];
                run_strip(strip, buffers, &mut values);
                values
            });
            for part in parts {
                values.iter_mut().zip(part).for_each(|(value, part)| *value += part);
            }
        }
        for (i, select) in self.projectors.iter().enumerate() {
            let at = (n_strings + i) * samples;
            for sample in 0..samples {
                let weight = weights.get(at + sample).copied().unwrap_or(0.0);
                let mut sum = 0.0;
                for index in select.indices(psi.len()) {
                    let (re, im) = layout.place(index);
                    let (re, im) = (re + sample, re + im + sample);
                    let reals = psi.reals();
                    sum += reals[re].to_f64().powi(2) + reals[im].to_f64().powi(2);
                    if let Some(out) = image.as_deref_mut() {
                        let out = out.reals_mut();
                        out[re] += T::from_f64(weight) * reals[re];
                        out[im] += T::from_f64(weight) * reals[im];
                    }
                }
                if let Some(values) = values.as_deref_mut() {
                    values[at + sample] += sum;
                }
            }
        }
    }
}

/// Lays strings, sorted by `x`, out in passes. There is at least one: the first makes the image's memory zero.
fn passes(n_wires: usize, strings: impl Iterator<Item = (usize, usize)>) -> Vec<ObservablePass> {
    let mut groups: Vec<(usize, Vec<(usize, usize)>)> = Vec::new();
    for (place, (x, z)) in strings.enumerate() {
        match groups.last_mut() {
            Some(group) if group.0 == x => group.1.push((z, place)),
            _ => groups.push((x, vec![(z, place)])),
        }
    }
    let mut passes = Vec::new();
    while passes.is_empty() || !groups.is_empty() {
        let mut tile: usize = ((1u64 << RUN_WIRES.min(n_wires)) - 1) as usize;
        let first = groups.first().map_or(0, |group| group.0);
        let room = n_wires.min(tile_wires(n_wires).max((tile | first).count_ones() as usize)) as u32;
        let (mut taken, mut left) = (Vec::new(), Vec::new());
        for group in groups {
            if (tile | group.0).count_ones() <= room {
                tile |= group.0;
                taken.push(group);
            } else {
                left.push(group);
            }
        }
        for position in 0..n_wires {
            if tile.count_ones() < room {
                tile |= 1 << position;
            }
        }
        let positions: Vec<u32> = (0..n_wires as u32).filter(|p| tile >> p & 1 == 1).collect();
        let inner = |mask: usize| positions.iter().enumerate().map(|(i, p)| (mask >> p & 1) << i).sum();
        let of_group = |(x, strings): (usize, Vec<(usize, usize)>)| Group {
            x: inner(x),
            strings: strings
                .into_iter()
                .map(|(z, place)| Letters {
                    z: inner(z),
                    outer_z: z & !tile,
                    n_y: (x & z).count_ones(),
                    place,
                })
                .collect(),
        };
        let taken: Vec<Group> = taken.into_iter().map(of_group).collect();
        let flips = taken.iter().filter_map(Group::flip).collect();
        passes.push(ObservablePass { groups: taken, flips, tile: positions.clone() });
        groups = left;
    }
    passes
}

/// Looks at strips of tiles.
struct Look<'a, T: Real> {
    interrupt: &'a Run,
    pass: &'a ObservablePass,
    tiles: &'a Tiles,
    ket: Shared<T>,
    image: Option<Shared<T>>,
    is_first: bool,
    weights: &'a [T],
    isa: Isa,
}

impl<T: Real> Look<'_, T> {
    /// Adds the values of the strings, if there is room for them.
    fn run<const PER_LANE: bool>(&self, strip: Range<usize>, buffers: &mut Buffers, values: &mut [f64]) {
        let (buffers, scratch) = buffers.reserve::<T>(self.tiles, 2);
        let n_reals = self.tiles.tile_layout().n_reals();
        for index in strip.take_while(|_| !self.interrupt.is_interrupted()) {
            // SAFETY: Strips don't overlap, and the buffers have room.
            unsafe {
                let ket = self.tiles.open(self.ket, index, buffers[0]);
                let image = self.image.map(|image| (image, self.tiles.open(image, index, buffers[1])));
                if let Some((_, tile)) = image.filter(|_| self.is_first) {
                    std::slice::from_raw_parts_mut(tile.data, n_reals).fill(T::ZERO);
                }
                if !values.is_empty() {
                    for group in &self.pass.groups {
                        strings::values::<T, PER_LANE>(self.isa, ket, group, scratch, values);
                    }
                }
                if let Some((image, tile)) = image {
                    let weights = self.weights.as_ptr();
                    strings::images::<T, PER_LANE>(self.isa, [ket, tile], self.pass, weights, scratch);
                    self.tiles.close(image, tile);
                }
            }
        }
    }
}
