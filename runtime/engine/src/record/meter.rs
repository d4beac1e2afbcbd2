//! Wall time, processor time and energy of a run.
//!
//! Energy is that of the processor's packages, by RAPL: files below `/sys/class/powercap` that count microjoules and start
//! again at zero after some minutes to an hour, so they are looked at now and then. On many machines only the
//! superuser may read them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::{Clock, cpu_seconds};

const POWERCAP: &str = "/sys/class/powercap";
/// Counters start again after a few minutes at the earliest.
const LOOK_EVERY: f64 = 30.0;

/// So much was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Wall time.
    pub seconds: f64,
    /// Of the processors.
    pub cpu_seconds: f64,
    /// Of the processor's packages; none if some of it was not measured.
    pub joules: Option<f64>,
}

/// Measures from when it is made.
#[derive(Debug)]
pub(crate) struct Meter {
    clock: Clock,
    /// Of the processes before.
    before: Reading,
    cpu_at_start: f64,
    energy: Result<Energy, String>,
    looked: f64,
}

impl Meter {
    /// Goes on from what was used before.
    pub fn start(clock: Clock, before: Reading) -> Self {
        Self::with_counters(Path::new(POWERCAP), clock, before)
    }

    /// With the counters below this folder.
    fn with_counters(root: &Path, clock: Clock, before: Reading) -> Self {
        let energy = Energy::new(root);
        Self { clock, before, cpu_at_start: cpu_seconds(), energy, looked: clock.seconds() }
    }

    /// The processes before this one used that.
    pub fn go_on(&mut self, before: Reading) {
        self.before = before;
    }

    /// Wall time of this process and those before.
    pub fn seconds(&self) -> f64 {
        self.before.seconds + self.clock.seconds()
    }

    /// The same, and now and then a look at the counters of energy.
    pub fn look(&mut self) -> f64 {
        let now = self.clock.seconds();
        if now - self.looked > LOOK_EVERY {
            self.looked = now;
            if let Ok(energy) = &mut self.energy {
                energy.look();
            }
        }
        self.before.seconds + now
    }

    /// What was used up to now.
    pub fn read(&mut self) -> Reading {
        let here = self.energy.as_mut().ok().map(Energy::look);
        let before = if self.before == Reading::default() { Some(0.0) } else { self.before.joules };
        Reading {
            seconds: self.seconds(),
            cpu_seconds: self.before.cpu_seconds + cpu_seconds() - self.cpu_at_start,
            joules: here.zip(before).map(|(here, before)| here + before),
        }
    }

    /// Why energy is not measured.
    pub fn energy_note(&self) -> Option<String> {
        let told = self.energy.as_ref().err().cloned();
        told.or_else(|| {
            let is_partial = self.before != Reading::default() && self.before.joules.is_none();
            is_partial.then(|| "a process of this run could not measure it".to_owned())
        })
    }
}

/// The counters of all packages.
#[derive(Debug)]
struct Energy {
    counters: Vec<Counter>,
    joules: f64,
}

#[derive(Debug)]
struct Counter {
    file: PathBuf,
    /// Microjoules at which it starts again.
    range: u64,
    last: u64,
}

impl Energy {
    /// The counters below this folder, or why there are none.
    fn new(root: &Path) -> Result<Self, String> {
        let zones = fs::read_dir(root).map_err(|_| format!("there is no `{}`", root.display()))?;
        let mut zones: Vec<PathBuf> = zones.flatten().map(|entry| entry.path()).collect();
        zones.sort();
        let is_package = |zone: &&PathBuf| {
            fs::read_to_string(zone.join("name")).is_ok_and(|name| name.starts_with("package"))
        };
        let counters = zones.iter().filter(is_package).map(|zone| {
            let file = zone.join("energy_uj");
            let last = number(&file)?;
            Ok(Counter { file, range: number(&zone.join("max_energy_range_uj"))?, last })
        });
        let counters = counters.collect::<Result<Vec<_>, String>>()?;
        if counters.is_empty() {
            return Err(format!("`{}` has no counter of a processor's package", root.display()));
        }
        Ok(Self { counters, joules: 0.0 })
    }

    /// Joules since it was made.
    fn look(&mut self) -> f64 {
        for counter in &mut self.counters {
            // A counter that can't be read any more has told all that it will.
            let Ok(now) = number(&counter.file) else { continue };
            let spent =
                if now >= counter.last { now - counter.last } else { now + counter.range - counter.last };
            self.joules += spent as f64 * 1e-6;
            counter.last = now;
        }
        self.joules
    }
}

fn number(file: &Path) -> Result<u64, String> {
    let text = fs::read_to_string(file).map_err(|error| format!("`{}`: {error}", file.display()))?;
    text.trim().parse().map_err(|_| format!("`{}` holds no number", file.display()))
}

#[cfg(test)]
mod tests;
