//! A call held against a signature: what the placeholders stand for, or why it doesn't fit.

use std::collections::HashMap;

use qml_source::Span;
use qml_syntax::ast::{Argument, ExprKind as ExprKindAst, Name};

use super::signature::{Dim as DimPattern, Parameter, Pattern, Signature};
use crate::body::coerce::widen_elements;
use crate::body::{Body, TypeError, error_expr};
use crate::expr::counted;
use crate::hir::{Dim, Expr, ExprKind, Type};
use crate::size::Size;
use crate::{suggest, types};

/// What the placeholders of a signature stand for in a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Match {
    /// For each parameter the position of its argument.
    positions: Vec<Option<usize>>,
    types: HashMap<&'static str, Type>,
    sizes: HashMap<&'static str, Dim>,
    rests: HashMap<&'static str, Vec<Dim>>,
    sequence: Option<Type>,
    number: Option<u8>,
    axis: Option<usize>,
}

/// Why a call doesn't fit a signature; positions of arguments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Failure {
    TooMany { argument: usize },
    UnknownName { argument: usize },
    Twice { argument: usize },
    Missing { parameter: usize },
    Type { parameter: usize, argument: usize },
    Shape { argument: usize, axis: Option<usize> },
    NotAShape { argument: usize },
    NotAnAxis { argument: usize },
    AxisRange { argument: usize, axis: usize, rank: usize },
}

/// Inside of one argument.
enum Misfit {
    Type,
    Shape(Option<usize>),
}

impl Match {
    /// Holds a call against a signature.
    pub fn of(
        body: &Body<'_, '_>,
        signature: &Signature,
        arguments: &[Argument],
        values: &[Expr],
    ) -> Result<Self, Failure> {
        let mut found = Self { positions: arrange(signature, arguments)?, ..Self::default() };
        for (i, parameter) in signature.parameters.iter().enumerate() {
            match found.positions[i] {
                Some(argument) => found.argument(body, i, parameter, argument, &values[argument])?,
                None => {
                    if let Pattern::Shape(rest) = parameter.pattern {
                        found.rests.insert(rest, Vec::new());
                    }
                }
            }
        }
        if let (Some(axis), Some(rest)) = (found.axis, reduced(signature))
            && found.rests.get(rest).is_some_and(|dims| axis >= dims.len())
        {
            let rank = found.rests[rest].len();
            let position =
                signature.parameters.iter().position(|parameter| parameter.pattern == Pattern::Axis);
            let argument = position.and_then(|position| found.positions[position]).unwrap_or(0);
            return Err(Failure::AxisRange { argument, axis, rank });
        }
        for (a, b) in broadcasts(signature) {
            if let Err(axis) = types::broadcast(&found.rests[a], &found.rests[b]) {
                return Err(Failure::Shape { argument: values.len() - 1, axis: Some(axis) });
            }
        }
        Ok(found)
    }

    fn argument(
        &mut self,
        body: &Body<'_, '_>,
        index: usize,
        parameter: &Parameter,
        argument: usize,
        value: &Expr,
    ) -> Result<(), Failure> {
        match parameter.pattern {
            Pattern::Shape(rest) => {
                let dims = shape_literal(body, value).ok_or(Failure::NotAShape { argument })?;
                self.rests.insert(rest, dims);
                return Ok(());
            }
            Pattern::Axis => {
                let axis = body.size(value).and_then(|size| size.as_constant());
                let axis = axis.and_then(|axis| usize::try_from(axis).ok());
                self.axis = Some(axis.ok_or(Failure::NotAnAxis { argument })?);
                return Ok(());
            }
            _ => {}
        }
        if parameter.pattern == Pattern::Is(Type::Int) && value.ty == Type::Int {
            self.sizes.entry(parameter.name).or_insert_with(|| body.dim(value));
        }
        self.pattern(&parameter.pattern, &value.ty).map_err(|misfit| match misfit {
            Misfit::Type => Failure::Type { parameter: index, argument },
            Misfit::Shape(axis) => Failure::Shape { argument, axis },
        })
    }

    fn pattern(&mut self, pattern: &Pattern, ty: &Type) -> Result<(), Misfit> {
        match pattern {
            Pattern::Is(wanted) if widens(ty, wanted) => Ok(()),
            Pattern::Num => match types::width(ty) {
                Some(width @ ..=3) => {
                    self.number = Some(self.number.unwrap_or(1).max(width));
                    Ok(())
                }
                _ => Err(Misfit::Type),
            },
            Pattern::Any(_) if types::has_qubits(ty) || *ty == Type::Unit => Err(Misfit::Type),
            Pattern::Any(name) => match self.types.get(name) {
                Some(bound) => types::fit(ty, bound).map_err(misfit),
                None => {
                    self.types.insert(name, ty.clone());
                    Ok(())
                }
            },
            Pattern::Sequence(dim) => {
                let m = sequence_length(ty).ok_or(Misfit::Type)?;
                self.dim(dim, &m).map_err(|()| Misfit::Shape(Some(0)))?;
                self.sequence = Some(ty.clone());
                Ok(())
            }
            Pattern::Tuple(parts) => match ty {
                Type::Tuple(types) if types.len() == parts.len() => {
                    parts.iter().zip(types).try_for_each(|(part, ty)| self.pattern(part, ty))
                }
                _ => Err(Misfit::Type),
            },
            Pattern::Tensor(element, dims) => self.tensor(element, dims, ty),
            Pattern::List(element, dim) => {
                let (length, item) = types::items(ty).ok_or(Misfit::Type)?;
                self.dim(dim, &length).map_err(|()| Misfit::Shape(Some(0)))?;
                self.pattern(element, &item)
            }
            Pattern::Is(_) | Pattern::Shape(_) | Pattern::Axis => Err(Misfit::Type),
        }
    }

    fn tensor(&mut self, element: &Pattern, patterns: &[DimPattern], ty: &Type) -> Result<(), Misfit> {
        let (found, dims) = types::parts(ty);
        self.pattern(element, found)?;
        let (fixed, rest) = match patterns.split_last() {
            Some((DimPattern::Rest(rest), fixed)) => (fixed, Some(*rest)),
            _ => (patterns, None),
        };
        if dims.len() < fixed.len() || (rest.is_none() && dims.len() > fixed.len()) {
            return Err(Misfit::Type);
        }
        for (axis, (pattern, dim)) in fixed.iter().zip(dims).enumerate() {
            self.dim(pattern, dim).map_err(|()| Misfit::Shape(Some(axis)))?;
        }
        let Some(rest) = rest else { return Ok(()) };
        let others = &dims[fixed.len()..];
        match self.rests.get_mut(rest) {
            None => _ = self.rests.insert(rest, others.to_vec()),
            Some(bound) => {
                types::fit_dims(others, bound).map_err(misfit)?;
                for (bound, other) in bound.iter_mut().zip(others) {
                    refine(bound, other);
                }
            }
        }
        Ok(())
    }

    fn dim(&mut self, pattern: &DimPattern, dim: &Dim) -> Result<(), ()> {
        let wanted = match pattern {
            DimPattern::Name(name) => match self.sizes.get_mut(name) {
                None => {
                    self.sizes.insert(name, dim.clone());
                    return Ok(());
                }
                Some(bound) => {
                    let before = bound.clone();
                    refine(bound, dim);
                    before
                }
            },
            DimPattern::Number(number) => types::known(*number),
            _ => Dim::Unknown,
        };
        if types::surely_differ(&wanted, dim) { Err(()) } else { Ok(()) }
    }

    /// The type of the result, and the arguments in the order of the parameters, widened.
    pub fn finish(
        self,
        body: &mut Body<'_, '_>,
        signature: &Signature,
        values: Vec<Expr>,
        span: Span,
    ) -> (Type, Vec<Expr>) {
        let ty = signature.result.as_ref().map_or(Type::Unit, |result| self.build(result));
        let mut values: Vec<_> = values.into_iter().map(Some).collect();
        let arranged = signature.parameters.iter().zip(&self.positions).map(|(parameter, position)| {
            match (position, &parameter.default) {
                (Some(position), _) => {
                    let value = values[*position].take().unwrap_or_else(|| error_expr(span));
                    self.widened(body, &parameter.pattern, value)
                }
                (None, Some(default)) => super::default_expr(default, span),
                (None, None) => Expr { span, ty: Type::Unit, kind: ExprKind::Omitted },
            }
        });
        (ty, arranged.collect())
    }

    fn widened(&self, body: &mut Body<'_, '_>, pattern: &Pattern, value: Expr) -> Expr {
        match pattern {
            Pattern::Is(ty) => widen_to(ty, value),
            Pattern::Tensor(element, _) => match &**element {
                Pattern::Is(ty) => widen_to(ty, value),
                Pattern::Num => self.widened_number(value),
                _ => value,
            },
            Pattern::Num => self.widened_number(value),
            Pattern::Any(name) => match self.types.get(name) {
                Some(ty) => body.expect_type(value, &ty.clone()),
                None => value,
            },
            _ => value,
        }
    }

    fn widened_number(&self, value: Expr) -> Expr {
        widen_elements(value, self.number.unwrap_or(1))
    }

    fn build(&self, pattern: &Pattern) -> Type {
        match pattern {
            Pattern::Is(ty) => ty.clone(),
            Pattern::Any(name) => self.types.get(name).cloned().unwrap_or(Type::Error),
            Pattern::Num => types::of_width(self.number.unwrap_or(1)),
            Pattern::Sequence(dim) => {
                let dim = self.built_dim(dim);
                self.sequence.as_ref().map_or(Type::Error, |ty| with_length(ty, &dim))
            }
            Pattern::Tuple(parts) => Type::Tuple(parts.iter().map(|part| self.build(part)).collect()),
            Pattern::Tensor(element, dims) => {
                types::tensor(self.build(element), dims.iter().flat_map(|dim| self.built_dims(dim)).collect())
            }
            Pattern::List(element, dim) => {
                Type::Tensor(Box::new(self.build(element)), vec![self.built_dim(dim)])
            }
            Pattern::Shape(_) | Pattern::Axis => Type::Error,
        }
    }

    fn built_dims(&self, dim: &DimPattern) -> Vec<Dim> {
        let rest = |name: &str| self.rests.get(name).cloned().unwrap_or_default();
        match dim {
            DimPattern::Rest(name) => rest(name),
            DimPattern::Broadcast(a, b) => types::broadcast(&rest(a), &rest(b)).unwrap_or_default(),
            DimPattern::WithoutAxis(name) => {
                let mut dims = rest(name);
                if let Some(axis) = self.axis.filter(|axis| *axis < dims.len()) {
                    dims.remove(axis);
                }
                dims
            }
            other => vec![self.built_dim(other)],
        }
    }

    fn built_dim(&self, dim: &DimPattern) -> Dim {
        self.built_size(dim).map_or(Dim::Unknown, Dim::Size)
    }

    fn built_size(&self, dim: &DimPattern) -> Option<Size> {
        match dim {
            DimPattern::Name(name) => match self.sizes.get(name)? {
                Dim::Size(size) => Some(size.clone()),
                Dim::Unknown => None,
            },
            DimPattern::Number(number) => Some(Size::constant(*number)),
            DimPattern::Sum(a, b) => self.built_size(a)?.add(&self.built_size(b)?),
            DimPattern::Product(a, b) => self.built_size(a)?.mul(&self.built_size(b)?),
            _ => None,
        }
    }
}

/// Arguments that a function of the prelude doesn't take for a reason: function, argument, reason.
const HINTS: &[(&str, &str, &str)] = &[
    ("run", "shots", "`run` is one shot; `samples(p, shots: k)` gives as many as are asked for"),
    ("state", "shots", "`state` is exact, on simulators alone; `samples(p, shots: k)` measures"),
];

fn hint(function: &str, argument: &str) -> Option<String> {
    let hint = HINTS.iter().find(|hint| (hint.0, hint.1) == (function, argument))?;
    Some(hint.2.to_owned())
}

/// What is meant by an argument of another type.
fn argument_help(function: &str, arguments: &[Argument], wrong: usize, found: &Type) -> Option<String> {
    let written = |argument: &Argument| suggest::written(&argument.value);
    match (function, types::parts(found).0, arguments) {
        ("assert", Type::Bool, [condition, ..]) => {
            let condition = written(condition).unwrap_or_else(|| "...".to_owned());
            Some(format!("`assert(all({condition}))` holds where all of them do"))
        }
        ("split", _, [first, second, fraction, ..]) => {
            let given = [written(first)?, written(second)?, written(fraction)?];
            Some(format!(
                "several go together as a tuple: `split(({}, {}), {})`",
                given[0], given[1], given[2]
            ))
        }
        (_, Type::Float, _) => {
            let whole = whole_float(&arguments[wrong].value)?;
            Some(format!("as an int it is written `{whole}`"))
        }
        _ => None,
    }
}

/// `1e3` as an int.
fn whole_float(value: &qml_syntax::ast::Expr) -> Option<i64> {
    match value.kind {
        ExprKindAst::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => Some(value as i64),
        _ => None,
    }
}

impl Failure {
    /// How far the match came; of several failures the furthest tells most.
    pub fn progress(self) -> usize {
        match self {
            Self::TooMany { .. } | Self::UnknownName { .. } | Self::Twice { .. } | Self::Missing { .. } => 0,
            Self::Type { argument, .. } => 1 + argument,
            Self::NotAShape { argument } | Self::NotAnAxis { argument } => 100 + argument,
            Self::Shape { argument, .. } | Self::AxisRange { argument, .. } => 200 + argument,
        }
    }

    /// Whether the call was meant for this form, and fails in a detail.
    pub fn is_certain(self) -> bool {
        self.progress() >= 100
    }

    /// The message.
    pub fn explain(
        self,
        body: &Body<'_, '_>,
        name: &Name,
        signature: &Signature,
        arguments: &[Argument],
        values: &[Expr],
        span: Span,
    ) -> TypeError {
        let problem = |span: Span, problem: String| TypeError::Arguments {
            span,
            name: name.text.clone(),
            problem,
            signature: Some(signature.text.to_owned()),
        };
        match self {
            Self::TooMany { argument } => {
                if let Some(shape) = loose_shape(signature, arguments, values) {
                    let problem = format!("the lengths of the axes stand in brackets: `[{shape}]`");
                    let span = arguments[argument].span;
                    return TypeError::Arguments { span, name: name.text.clone(), problem, signature: None };
                }
                problem(arguments[argument].span, counted(arguments.len(), signature.parameters.len()))
            }
            Self::Twice { argument } => problem(arguments[argument].span, "given twice".to_owned()),
            Self::Missing { parameter } => {
                problem(span, format!("`{}` is missing", signature.parameters[parameter].name))
            }
            Self::UnknownName { argument } => {
                let known: Vec<_> = signature.parameters.iter().map(|parameter| parameter.name).collect();
                let given = arguments[argument].name.clone().unwrap_or_else(|| name.clone());
                let help = hint(&name.text, &given.text).or_else(|| suggest::parameter(&given.text, &known));
                let known = known.iter().map(|name| format!("`{name}`")).collect();
                TypeError::ArgumentName { name: given, callee: name.text.clone(), known, help }
            }
            Self::Type { parameter, argument } => {
                let found = body.show(&values[argument].ty);
                TypeError::Argument {
                    span: values[argument].span,
                    name: name.text.clone(),
                    problem: format!("`{found}` doesn't fit `{}`", signature.parameters[parameter].name),
                    signature: signature.text,
                    help: argument_help(&name.text, arguments, argument, &values[argument].ty),
                }
            }
            Self::Shape { argument, axis } => {
                let shape = |value: &Expr| (value.span, types::show_shape(types::parts(&value.ty).1, body));
                let other =
                    values[..argument].iter().rev().find(|value| matches!(value.ty, Type::Tensor(..)));
                let what = match axis {
                    Some(axis) => format!("they differ in axis {axis}"),
                    None => "they have different numbers of axes".to_owned(),
                };
                match other {
                    Some(other) => {
                        TypeError::Shapes { span, left: shape(other), right: shape(&values[argument]), what }
                    }
                    None => {
                        let found = body.show(&values[argument].ty);
                        problem(values[argument].span, format!("`{found}` has another shape"))
                    }
                }
            }
            Self::NotAShape { argument } => problem(
                values[argument].span,
                "a shape is an int or a list of ints in brackets, `[4, 2]`".to_owned(),
            ),
            Self::NotAnAxis { argument } => {
                problem(values[argument].span, "an axis is a constant int, counted from 0".to_owned())
            }
            Self::AxisRange { argument, axis, rank } => {
                TypeError::Axis { span: values[argument].span, axis: axis as i64, rank }
            }
        }
    }
}

fn arrange(signature: &Signature, arguments: &[Argument]) -> Result<Vec<Option<usize>>, Failure> {
    let mut positions = vec![None; signature.parameters.len()];
    for (argument, given) in arguments.iter().enumerate() {
        let parameter = match &given.name {
            None if argument >= positions.len() => return Err(Failure::TooMany { argument }),
            None => argument,
            Some(name) => signature
                .parameters
                .iter()
                .position(|parameter| parameter.name == name.text)
                .ok_or(Failure::UnknownName { argument })?,
        };
        if positions[parameter].is_some() {
            return Err(Failure::Twice { argument });
        }
        positions[parameter] = Some(argument);
    }
    let missing = signature.parameters.iter().zip(&positions).position(|(parameter, position)| {
        position.is_none() && !parameter.is_optional && parameter.default.is_none()
    });
    match missing {
        Some(parameter) => Err(Failure::Missing { parameter }),
        None => Ok(positions),
    }
}

/// The lengths in `zeros(2, 3)`, which has one argument for each axis.
fn loose_shape(signature: &Signature, arguments: &[Argument], values: &[Expr]) -> Option<String> {
    let shape =
        signature.parameters.iter().position(|parameter| matches!(parameter.pattern, Pattern::Shape(_)))?;
    let are_ints = values.get(shape..)?.iter().all(|value| value.ty == Type::Int);
    let lengths = arguments.get(shape..)?.iter().map(|argument| suggest::written(&argument.value));
    let lengths: Vec<_> = lengths.collect::<Option<_>>()?;
    are_ints.then(|| lengths.join(", "))
}

/// The sizes of a shape: an int, or a list of them in brackets.
fn shape_literal(body: &Body<'_, '_>, value: &Expr) -> Option<Vec<Dim>> {
    match (&value.ty, &value.kind) {
        (Type::Int, _) => Some(vec![body.dim(value)]),
        (_, ExprKind::List(elements)) if elements.iter().all(|element| element.ty == Type::Int) => {
            Some(elements.iter().map(|element| body.dim(element)).collect())
        }
        _ => None,
    }
}

fn widens(found: &Type, wanted: &Type) -> bool {
    match (types::width(found), types::width(wanted)) {
        (Some(found), Some(wanted)) => found <= wanted,
        _ => types::fit(found, wanted).is_ok(),
    }
}

fn widen_to(ty: &Type, value: Expr) -> Expr {
    match types::width(ty) {
        Some(width) => widen_elements(value, width),
        None => value,
    }
}

fn misfit(mismatch: types::Mismatch) -> Misfit {
    match mismatch {
        types::Mismatch::Kind => Misfit::Type,
        types::Mismatch::Rank => Misfit::Shape(None),
        types::Mismatch::Axis(axis) => Misfit::Shape(Some(axis)),
    }
}

fn refine(bound: &mut Dim, other: &Dim) {
    if *bound == Dim::Unknown {
        bound.clone_from(other);
    }
}

fn sequence_length(ty: &Type) -> Option<Dim> {
    match ty {
        Type::Tensor(_, dims) => dims.first().cloned(),
        Type::Tuple(parts) => {
            let dims: Vec<_> = parts.iter().map(sequence_length).collect::<Option<_>>()?;
            let known = dims.iter().find(|dim| **dim != Dim::Unknown).cloned();
            Some(known.unwrap_or(Dim::Unknown))
        }
        _ => None,
    }
}

fn with_length(ty: &Type, length: &Dim) -> Type {
    match ty {
        Type::Tensor(element, dims) => {
            Type::Tensor(element.clone(), [std::slice::from_ref(length), &dims[1..]].concat())
        }
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(|part| with_length(part, length)).collect()),
        other => other.clone(),
    }
}

fn result_dims(signature: &Signature) -> &[DimPattern] {
    match &signature.result {
        Some(Pattern::Tensor(_, dims)) => dims,
        _ => &[],
    }
}

fn reduced(signature: &Signature) -> Option<&'static str> {
    result_dims(signature).iter().find_map(|dim| match dim {
        DimPattern::WithoutAxis(name) => Some(*name),
        _ => None,
    })
}

fn broadcasts(signature: &Signature) -> Vec<(&'static str, &'static str)> {
    let pairs = result_dims(signature).iter().filter_map(|dim| match dim {
        DimPattern::Broadcast(a, b) => Some((*a, *b)),
        _ => None,
    });
    pairs.collect()
}
