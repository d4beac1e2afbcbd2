//! Single rounds of the loops around a statement, and what surely comes about in them.
//!
//! A statement that always runs in the body of `for i in a..b` runs with `i = a` and with `i = b - 1` wherever it runs at
//! all. What is wrong in one of these two rounds for all sizes is refused.

use qml_source::Span;

use crate::body::Body;
use crate::hir::LocalId;
use crate::prover::{Facts, opposite};
use crate::size::Size;

/// More loops than this around a statement are not looked through.
const MAX_DEPTH: usize = 3;

/// A loop whose body runs from its start to its end in each round.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    /// Its variable.
    pub local: LocalId,
    /// Its first value.
    pub first: Size,
    /// Its last value.
    pub last: Size,
    /// What it goes through.
    pub span: Span,
}

/// Rounds in which something is so, outermost first, with their values in words; none if it is so in all.
pub(crate) type Rounds = Vec<(Span, String)>;

/// Something that may be wrong: where `given` holds, `wrong` does.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// What has to be so for the question to arise.
    pub given: Vec<Size>,
    /// All of it is so if there is a fault.
    pub wrong: Vec<Size>,
}

impl Fault {
    /// Given and wrong.
    pub fn all(&self) -> Vec<Size> {
        [self.given.as_slice(), &self.wrong].concat()
    }

    /// Whether the facts allow what is given, and with it surely come to the fault.
    fn follows(&self, facts: &Facts) -> bool {
        let follows = |wrong: &Size| {
            opposite(wrong).is_some_and(|right| {
                let mut given = self.given.clone();
                given.push(right);
                facts.contradict(&given)
            })
        };
        self.wrong.iter().all(follows) && !facts.contradict(&self.all())
    }

    fn substitute(&self, put: &dyn Fn(LocalId) -> Option<Size>) -> Option<Self> {
        let replaced =
            |sizes: &[Size]| sizes.iter().map(|size| size.substitute(put)).collect::<Option<Vec<_>>>();
        Some(Self { given: replaced(&self.given)?, wrong: replaced(&self.wrong)? })
    }

    /// Whether a variable occurs in it.
    pub fn mentions(&self, local: LocalId) -> bool {
        self.given.iter().chain(&self.wrong).any(|size| size.mentions(&|other| other == local))
    }
}

impl Body<'_, '_> {
    /// The rounds of the loops around in which there surely is a fault.
    pub fn sure_fault(&self, fault: &Fault) -> Option<Rounds> {
        let least = self.path.rounds.len().saturating_sub(MAX_DEPTH);
        self.sure_from(self.path.rounds.len(), least, fault, &self.path.facts)
    }

    /// The same, with the variables of the loops from `level` on replaced already.
    fn sure_from(&self, level: usize, least: usize, fault: &Fault, facts: &Facts) -> Option<Rounds> {
        if fault.follows(facts) {
            return Some(Vec::new());
        }
        let level = level.checked_sub(1).filter(|&level| level >= least)?;
        let round = &self.path.rounds[level];
        if fault.mentions(round.local) {
            for value in [&round.first, &round.last] {
                let put = |local| Some(if local == round.local { value.clone() } else { Size::local(local) });
                let replaced = fault.substitute(&put).zip(substitute(facts, &put));
                let found = replaced.and_then(|(fault, facts)| self.sure_from(level, least, &fault, &facts));
                if let Some(mut rounds) = found {
                    let shown = value.show(&|local| self.local(local).name.text.clone());
                    let name = &self.local(round.local).name.text;
                    rounds.insert(0, (round.span, format!("in the round {name} = {shown}")));
                    return Some(rounds);
                }
            }
        }
        self.sure_from(level, least, fault, facts)
    }
}

fn substitute(facts: &Facts, put: &dyn Fn(LocalId) -> Option<Size>) -> Option<Facts> {
    let replaced =
        |sizes: &Vec<Size>| sizes.iter().map(|size| size.substitute(put)).collect::<Option<Vec<_>>>();
    let one_of =
        facts.one_of.iter().map(|cases| cases.iter().map(replaced).collect()).collect::<Option<_>>()?;
    Some(facts.replaced(replaced(&facts.all)?, one_of))
}
