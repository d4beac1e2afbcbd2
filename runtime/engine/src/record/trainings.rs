//! What is kept of each `optimize`: rows of metrics, its state after a step, what it came to.

use std::sync::Arc;

use qml_prelude::optimizer::unflatten;
use qml_prelude::{Optimizer, Stage, Training, Value};

use super::checkpoint::Kept;
use super::manifest::OptimizeNote;
use super::metrics::{Row, shown};
use super::{MOST_NOTES, Record, results};
use crate::ledger::Ledger;

/// The `optimize` that runs.
#[derive(Debug)]
pub(super) struct Running {
    training: Training,
    /// Where it can go on from.
    pub kept: Kept,
    /// When its own file was last written.
    saved: f64,
    /// It ended in a process before.
    pub is_replayed: bool,
}

/// What is to be done because of what an `optimize` tells.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Reaction {
    /// A file that `checkpoint:` asks for: its path, what it holds, and the type of that.
    pub file: Option<(String, Value, String)>,
}

impl Record {
    /// The next `optimize` begins. If it is kept, its state, and what the run had spent by then.
    pub fn begin_training(
        &mut self,
        training: &Training,
        begun: &Arc<Optimizer>,
        ledger: &Ledger,
    ) -> Option<(Arc<Optimizer>, Ledger)> {
        let id = self.n_trainings;
        self.n_trainings += 1;
        self.note(id, training, begun);
        let ended = self.kept.remove(&id);
        let is_replayed = ended.is_some();
        let kept = ended.or_else(|| self.kept_running.take_if(|kept| kept.id == id));
        let found = kept.as_ref().map(|kept| (Arc::clone(&kept.optimizer), kept.ledger.clone()));
        let fresh = || Kept { id, optimizer: Arc::clone(begun), ledger: ledger.clone() };
        self.running = Some(Running {
            training: training.clone(),
            kept: kept.unwrap_or_else(fresh),
            saved: self.meter.seconds(),
            is_replayed,
        });
        found
    }

    /// Enters an `optimize` in the manifest.
    fn note(&mut self, id: u64, training: &Training, begun: &Optimizer) {
        let is_noted = self.manifest.optimizes.iter().any(|note| note.id == id);
        if is_noted || self.manifest.optimizes.len() >= MOST_NOTES {
            return;
        }
        let (file, line) = training.place.rsplit_once(':').unwrap_or((&training.place, "0"));
        let run = begun.running();
        self.manifest.optimizes.push(OptimizeNote {
            id,
            file: file.to_owned(),
            line: line.parse().unwrap_or(0),
            rule: begun.rule.name().to_owned(),
            variables: training.names.clone(),
            n_parameters: run.point.len(),
            metrics: training.metrics.clone(),
            goal: if run.settings.is_maximized { "maximize" } else { "minimize" }.to_owned(),
            settings: run.settings.clone(),
            steps: 0,
            objective: None,
            ended: None,
        });
    }

    /// The `optimize` that runs has done something, so many seconds since the run started.
    pub fn trained(
        &mut self,
        stage: Stage<'_>,
        optimizer: &Arc<Optimizer>,
        ledger: &Ledger,
        now: f64,
    ) -> Reaction {
        match stage {
            Stage::Step(steps) => self.stepped(steps, optimizer, ledger, now),
            Stage::Round(validation, measured) => {
                let names = self.running.as_ref().map(|running| running.training.metrics.as_slice());
                if let Some(files) = &mut self.files {
                    files.metrics.judge(validation, names.unwrap_or_default(), measured);
                    let closed = files.metrics.close();
                    self.tell(closed);
                }
                self.keep(optimizer, ledger);
            }
            Stage::End => return self.ended(optimizer, ledger, now),
        }
        let reaction = self.own_file(optimizer, false, now);
        self.checkpoint_if_due(now);
        reaction
    }

    fn stepped(&mut self, steps: Option<u64>, optimizer: &Arc<Optimizer>, ledger: &Ledger, seconds: f64) {
        let Some(id) = self.running.as_ref().map(|running| running.kept.id) else { return };
        if let Some(files) = &mut self.files {
            let row = Row::of(id, optimizer, seconds, ledger.total.shots, ledger.total.qpu_seconds);
            let pushed = files.metrics.push(row);
            self.tell(pushed);
        }
        // After the last step of a round its judgement follows, and the row of the step is open until then.
        let run = optimizer.running();
        let per_round = steps.map(|steps| steps / run.settings.rounds.max(1));
        if run.settings.is_over && per_round.is_some_and(|count| run.item < count) {
            if let Some(files) = &mut self.files {
                let closed = files.metrics.close();
                self.tell(closed);
            }
            self.keep(optimizer, ledger);
        }
    }

    /// It can go on from here. Where nothing is kept of the run, nobody will ask: then the optimizer stays with the program
    /// alone, which changes it in place.
    fn keep(&mut self, optimizer: &Arc<Optimizer>, ledger: &Ledger) {
        if self.files.is_some()
            && let Some(running) = &mut self.running
        {
            running.kept.optimizer = Arc::clone(optimizer);
            running.kept.ledger.clone_from(ledger);
        }
    }

    fn ended(&mut self, optimizer: &Arc<Optimizer>, ledger: &Ledger, now: f64) -> Reaction {
        self.keep(optimizer, ledger);
        let reaction = self.own_file(optimizer, true, now);
        let Some(running) = self.running.take() else { return reaction };
        self.update_note(&running.kept);
        let run = optimizer.running();
        // With `patience` the variables get their best values.
        let point = run.best.as_ref().map_or(&run.point, |(_, best)| best);
        let trained = results::by_name(&running.training.names, &unflatten(&run.shape, point));
        self.values.extend(trained);
        if let Some(files) = self.files.as_mut().filter(|_| !running.is_replayed) {
            files.checkpoints.finish(&running.kept);
        }
        self.checkpoint_if_due(now);
        reaction
    }

    /// How far it has come, for the manifest.
    pub(super) fn update_note(&mut self, kept: &Kept) {
        let run = kept.optimizer.running();
        if let Some(note) = self.manifest.optimizes.iter_mut().find(|note| note.id == kept.id) {
            note.steps = run.steps;
            note.objective = (run.steps > 0).then(|| shown(&kept.optimizer, run.value));
            note.ended = run.ended;
        }
    }

    /// The file of `checkpoint:`, at its end and now and then before.
    fn own_file(&mut self, optimizer: &Arc<Optimizer>, is_end: bool, now: f64) -> Reaction {
        let every = self.checkpoint_every;
        let Some(running) = &mut self.running else { return Reaction::default() };
        let Some((path, ty)) = &running.training.checkpoint else { return Reaction::default() };
        if !is_end && now - running.saved < every {
            return Reaction::default();
        }
        running.saved = now;
        let run = optimizer.running();
        let point = run.best.as_ref().filter(|_| is_end).map_or(&run.point, |(_, best)| best);
        let state = Optimizer { run: None, ..(**optimizer).clone() };
        let value = Value::tuple([unflatten(&run.shape, point), Value::Optimizer(Arc::new(state))]);
        Reaction { file: Some((path.clone(), value, ty.clone())) }
    }
}
