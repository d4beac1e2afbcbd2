//! Qubits: that no operation uses one twice, that indices of registers are in range.
//!
//! A name stands for a register, and no two names in scope for qubits of one: `let` doesn't copy, and a call gives its
//! parameters different ones. So two operands can share a qubit only where they name the same register, and the question
//! is one about ranges of ints, for the [`crate::prover`].

use qml_source::Span;

use crate::body::{Body, TypeError};
use crate::claim::{Claim, Verdict};
use crate::effect::EffectError;
use crate::hir::{Dim, Expr, ExprKind, Index, LocalId, Type};
use crate::path::{Fault, Rounds};
use crate::prover::{opposite, search::search};
use crate::size::Size;
use crate::types;

/// Some qubits: a register and, where they are known, the first and the one after the last.
struct Part {
    register: LocalId,
    range: Option<(Size, Size)>,
}

/// What is known of two operands.
enum Overlap {
    /// They share no qubit, for all sizes.
    None,
    /// They do, for all sizes, at least in these rounds.
    Sure(Rounds),
    /// To be seen when the sizes are known.
    Unknown,
}

impl Body<'_, '_> {
    /// Reports two of some arguments that may be the same qubit, and those that are a control around.
    pub fn refuse_shared_qubits(&mut self, arguments: &[Expr]) {
        let qubits: Vec<_> = arguments.iter().filter(|argument| types::has_qubits(&argument.ty)).collect();
        let controls = std::mem::take(&mut self.controls);
        for (i, second) in qubits.iter().enumerate() {
            for first in controls.iter().chain(qubits[..i].iter().copied()) {
                self.refuse_same_qubit(first, second);
            }
        }
        self.controls = controls;
    }

    /// Reports two operands of one operation that surely share a qubit.
    pub fn refuse_same_qubit(&mut self, first: &Expr, second: &Expr) {
        match self.overlap(first, second) {
            Overlap::Sure(rounds) => {
                self.report(EffectError::SameQubit { first: first.span, second: second.span, rounds });
            }
            overlap @ (Overlap::None | Overlap::Unknown) => {
                let is_proved = matches!(overlap, Overlap::None);
                self.claim(Claim::Different(first.span, second.span), is_proved);
            }
        }
    }

    /// That qubits get a second name or place.
    pub fn copied(&self, qubits: &Expr) -> EffectError {
        let declared = Some(self.declaration_of(qubits)).filter(|declared| *declared != qubits.span);
        EffectError::Copied { span: qubits.span, declared }
    }

    fn claim(&mut self, claim: Claim, is_proved: bool) {
        self.checker.verdicts.push(Verdict { claim, is_proved });
    }

    fn overlap(&self, first: &Expr, second: &Expr) -> Overlap {
        let (Some(a), Some(b)) = (self.part(first), self.part(second)) else { return Overlap::Unknown };
        if a.register != b.register {
            return Overlap::None;
        }
        let length = self.register_length(a.register);
        let Some(fault) = overlap_of(&a, &b, length.as_ref()) else { return Overlap::Unknown };
        let facts = &self.path.facts;
        let differences: Option<Vec<i64>> = fault.wrong.iter().map(Size::as_constant).collect();
        if differences.is_some_and(|differences| differences.iter().any(|&difference| difference < 0))
            || facts.contradict(&fault.all())
        {
            return Overlap::None;
        }
        let rounds = self.sure_fault(&fault);
        let rounds = rounds.filter(|rounds| rounds.is_empty() || self.may_come_about(&fault));
        rounds.map_or(Overlap::Unknown, Overlap::Sure)
    }

    /// Whether small values lead to the fault. So it may be where some variable doesn't take all ints that the facts allow.
    fn may_come_about(&self, fault: &Fault) -> bool {
        let facts = &self.path.facts;
        let mut locals = std::collections::BTreeSet::new();
        let cases = facts.one_of.iter().flatten().flatten();
        fault
            .given
            .iter()
            .chain(&fault.wrong)
            .chain(&facts.all)
            .chain(cases)
            .for_each(|size| size.collect_locals(&mut locals));
        !locals.iter().all(|local| self.is_free(*local)) || search(facts, &fault.all()).is_some()
    }

    fn register_length(&self, register: LocalId) -> Option<Size> {
        match &self.local(register).ty {
            Type::Register(Dim::Size(size)) => Some(size.clone()),
            _ => None,
        }
    }

    /// The register of an operand and the range of its qubits in it; no range for the whole.
    fn part(&self, expr: &Expr) -> Option<Part> {
        match &expr.kind {
            ExprKind::Local(local) => Some(Part { register: *local, range: None }),
            ExprKind::Index(base, indices) => {
                let Part { register, range } = self.part(base)?;
                let [index] = indices.as_slice() else { return None };
                let (offset, end_of_base) = match range {
                    Some((start, end)) => (start, Some(end)),
                    None => (Size::default(), self.register_length(register)),
                };
                let inside = |index: &Expr| self.size(index)?.add(&offset);
                let range = match index {
                    Index::At(index) => {
                        let start = inside(index)?;
                        let end = start.add(&Size::constant(1))?;
                        (start, end)
                    }
                    Index::Range(start, end) => {
                        let start = start.as_ref().map_or(Some(offset.clone()), inside)?;
                        (start, end.as_ref().map_or(end_of_base, inside)?)
                    }
                    Index::Gather(_) => return None,
                };
                Some(Part { register, range: Some(range) })
            }
            _ => None,
        }
    }

    /// Reports an index, from `first` to `last`, that surely is outside of an axis, at least in one round of the loops
    /// around; notes whether it is inside for all sizes.
    pub fn check_bounds(
        &mut self,
        span: Span,
        (first, last): (Option<&Size>, Option<&Size>),
        is_slice: bool,
        axis: &Axis<'_>,
    ) -> Option<()> {
        let (length, register) = (axis.length, axis.register);
        let length_size = match length {
            Dim::Size(size) => Some(size),
            Dim::Unknown => None,
        };
        let below = first.map(|first| vec![opposite(first)]);
        let beyond = last.zip(length_size).map(|(last, length)| vec![less(length, last)]);
        let inverted = first.zip(last).filter(|_| is_slice).map(|(first, last)| vec![less(last, first)]);
        let mut is_proved = first.is_some() && last.is_some() && length_size.is_some();
        for (wrong, place, is_inverted) in [
            (below, first, false),
            (beyond, if is_slice { last } else { first }, false),
            (inverted, last, true),
        ] {
            let (Some(wrong), Some(place)) = (wrong, place) else { continue };
            let Some(wrong) = wrong.into_iter().collect::<Option<Vec<_>>>() else {
                is_proved = false;
                continue;
            };
            let fault = Fault { given: Vec::new(), wrong };
            if fault.wrong[0].as_constant().is_some_and(|value| value < 0)
                || self.path.facts.contradict(&fault.wrong)
            {
                continue;
            }
            is_proved = false;
            let Some(rounds) = self.sure_fault(&fault) else { continue };
            if !rounds.is_empty() && !self.may_come_about(&fault) {
                continue;
            }
            let show = |size: &Size| size.show(&|local| self.local(local).name.text.clone());
            let index = match (is_inverted, first) {
                (true, Some(first)) => format!("{}..{}", show(first), show(place)),
                _ => show(place),
            };
            let (length, last) = (self.show_length(length), self.last_element(axis));
            self.report(TypeError::OutOfRange { span, index, length, rounds, register, last });
            return None;
        }
        if register.is_some() {
            self.claim(Claim::InRange(span), is_proved);
        }
        Some(())
    }
}

impl Body<'_, '_> {
    /// The last element of an axis as it is written: `q[2]`, `x[n - 1]`, `x[len(x) - 1]`.
    fn last_element(&self, axis: &Axis<'_>) -> String {
        let name = axis.name.unwrap_or("x");
        let last = match axis.length {
            Dim::Size(length) => length.sub(&Size::constant(1)),
            Dim::Unknown => None,
        };
        match last {
            Some(last) => format!("{name}[{}]", last.show(&|local| self.local(local).name.text.clone())),
            None => format!("{name}[len({name}) - 1]"),
        }
    }
}

/// What an index counts along.
pub(crate) struct Axis<'b> {
    /// How far.
    pub length: &'b Dim,
    /// Where the register was declared, if it is one.
    pub register: Option<Span>,
    /// The name of what is indexed, if the axis is its first.
    pub name: Option<&'b str>,
}

/// `a < b`
fn less(a: &Size, b: &Size) -> Option<Size> {
    opposite(&a.sub(b)?)
}

/// That two parts of one register share a qubit, as both are inside of it and not empty.
fn overlap_of(a: &Part, b: &Part, length: Option<&Size>) -> Option<Fault> {
    let one = Size::constant(1);
    let ends = |part: &Part| match &part.range {
        Some((start, end)) => Some((start.clone(), end.clone())),
        None => Some((Size::default(), length?.clone())),
    };
    let Some(((a_start, a_end), (b_start, b_end))) = ends(a).zip(ends(b)) else {
        // The whole register, of whatever length, holds each part of it.
        return Some(Fault { given: Vec::new(), wrong: vec![Size::default()] });
    };
    let mut given = Vec::new();
    for (start, end) in [(&a_start, &a_end), (&b_start, &b_end)] {
        given.push(start.clone());
        given.push(end.sub(start)?.sub(&one)?);
        if let Some(length) = length {
            given.push(length.sub(end)?);
        }
    }
    given.retain(|size| size.as_constant().is_none_or(|value| value < 0));
    let wrong = vec![a_end.sub(&b_start)?.sub(&one)?, b_end.sub(&a_start)?.sub(&one)?];
    Some(Fault { given, wrong })
}
