//! Going back through what loses something.
//!
//! A channel or a projection maps different states to one, so going back needs the ket that was before it. Kets are kept
//! at such *stops* while there is room. Where there is not, they are computed again from earlier ones, in the order that
//! takes the fewest steps: Griewank and Walther, ACM Transactions on Mathematical Software 26, 19 (2000), "revolve".

use crate::Fault;
use crate::ket::Ket;
use crate::simulator::{Amplitude, Simulator};

/// Most kets that are kept.
const MOST_KEPT: usize = 128;
/// Most bytes of them.
const MOST_BYTES: usize = 1 << 30;

/// A stretch of a run without a choice, cut at its stops.
pub(crate) trait Line<T> {
    /// Takes the ket from before a stop to before the next one.
    fn forth(&mut self, stop: usize, ket: &mut Ket<T>) -> Result<(), Fault>;

    /// Takes the bra from behind a stop to before it, and then ket and bra back to the stop before that; `ket` comes as it
    /// is before the stop.
    fn back(&mut self, stop: usize, ket: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault>;
}

/// The kets before the stops of a line: all, or the first one.
pub(crate) struct Kept<'a, T> {
    simulator: &'a Simulator,
    /// How many may be kept.
    room: usize,
    n_stops: usize,
    kets: Vec<Ket<T>>,
}

impl<'a, T: Amplitude> Kept<'a, T> {
    /// Room for stops of a line that begins while `depth` others wait for their end.
    pub(crate) fn new(simulator: &'a Simulator, n_wires: usize, depth: usize) -> Self {
        let bytes = simulator.layout::<T>(n_wires).n_reals() * size_of::<T>();
        let room = (MOST_BYTES / bytes).min(MOST_KEPT) >> depth.min(31);
        Self { simulator, room: room.max(2), n_stops: 0, kets: Vec::new() }
    }

    /// The line comes to its next stop.
    pub(crate) fn stop(&mut self, ket: &Ket<T>) -> Result<(), Fault> {
        self.n_stops += 1;
        if self.n_stops <= self.room {
            self.kets.push(self.simulator.copied(ket)?);
        } else {
            self.kets.drain(1..).for_each(|ket| self.simulator.kets.give(ket));
        }
        Ok(())
    }

    /// Goes back through all stops, from that with the bra behind the last one.
    pub(crate) fn go_back(mut self, line: &mut dyn Line<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        if self.kets.len() < self.n_stops {
            let Some(first) = self.kets.pop() else { return Ok(()) };
            return self.revolve(line, 0..self.n_stops, first, self.room - 1, bra);
        }
        while let Some(mut ket) = self.kets.pop() {
            line.back(self.kets.len(), &mut ket, bra)?;
            self.simulator.kets.give(ket);
        }
        Ok(())
    }

    /// Goes back through some stops, with the ket before the first of them and room for some more.
    fn revolve(
        &self,
        line: &mut dyn Line<T>,
        mut stops: std::ops::Range<usize>,
        first: Ket<T>,
        room: usize,
        bra: &mut Ket<T>,
    ) -> Result<(), Fault> {
        while stops.len() > 1 {
            let middle = stops.start + split(stops.len(), room);
            let mut ket = self.simulator.copied(&first)?;
            (stops.start..middle).try_for_each(|stop| line.forth(stop, &mut ket))?;
            self.revolve(line, middle..stops.end, ket, room.saturating_sub(1), bra)?;
            stops.end = middle;
        }
        let mut ket = first;
        line.back(stops.start, &mut ket, bra)?;
        self.simulator.kets.give(ket);
        Ok(())
    }
}

/// How far to go for the next ket to keep, of `n` stops and with room for this many kets besides the first.
///
/// With `s` kets and each step done at most `r` times, `C(s + r + 1, r)` stops can be gone back through.
fn split(n: usize, room: usize) -> usize {
    if room == 0 {
        return n - 1;
    }
    let reach = |room: usize, times: usize| (1..=times).fold(1, |c, i| c * (room + 1 + i) / i);
    let times = (1..n).find(|&times| reach(room, times) >= n).unwrap_or(1);
    n.saturating_sub(reach(room - 1, times)).max(1)
}

#[cfg(test)]
mod tests {
    use super::split;

    /// How often a step forth is done, all together.
    fn steps(n: usize, room: usize) -> usize {
        if n == 1 {
            return 0;
        }
        let far = split(n, room);
        far + steps(n - far, room.saturating_sub(1)) + steps(far, room)
    }

    #[test]
    fn with_room_each_step_is_done_once_and_without_as_often_as_it_must() {
        assert_eq!(steps(100, 99), 99);
        assert_eq!(steps(100, 0), 99 * 100 / 2);
        // C(3 + 2 + 1, 2) = 15 stops with three kets, each step at most twice.
        assert!(steps(15, 3) <= 2 * 14 && steps(16, 3) > steps(15, 3) + 2);
        // C(8 + 5 + 1, 5) = 2002 stops with eight.
        assert!(steps(1000, 8) < 5 * 1000);
    }
}
