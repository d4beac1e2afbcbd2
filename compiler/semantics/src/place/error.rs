//! What can be wrong with assignments, gradients and optimizations.

use qml_source::{Code, Diagnostic, Span};
use qml_syntax::ast::Name;

/// A place that can't be used as it is.
#[derive(Clone, Debug)]
pub(crate) enum PlaceError {
    /// Something else left of `=`.
    NotAPlace { span: Span },
    /// `xs[i].w = e`
    FieldOfElement { span: Span },
    /// A `let`, a parameter or loop variable is assigned to.
    Immutable { name: Name, declared: Span, is_parameter: bool, has_qubits: bool },
    /// A `const` or `param` is assigned to.
    Constant { name: Name },
    /// A variable from outside of the block of an `optimize`.
    AssignedOutside { name: Name, declared: Span, region: Span },
    /// The parts of a tuple on the left don't match.
    TupleAssignment { span: Span, n_places: usize, found: String },
    /// The place doesn't occur in what is differentiated.
    NoOccurrence { span: Span, name: String, objective: Span, earlier: Option<(Span, String)> },
    /// One place twice, or a whole and a part of it.
    Overlapping { first: Span, second: Span },
    /// By something without floats.
    NoFloats { span: Span, found: String, declared: Name },
    /// By a struct with fields that are no floats; the ways to those that are.
    FieldWithoutFloats { span: Span, found: String, field: Name, ty: String, floats: Vec<String> },
    /// By a `const` or `param`.
    ByConstant { name: Name },
    /// A rule that doesn't exist.
    UnknownMethod { span: Span, name: String, nearest: Option<String> },
    /// What is differentiated or optimized is no number.
    ObjectiveType { span: Span, found: String },
    /// A tensor as the objective of an `optimize`.
    TensorObjective { span: Span, found: String },
    /// The derivative of a tensor by a struct.
    JacobianByStruct { span: Span, found: String },
    /// An optimized variable that isn't a `var`.
    OptimizedImmutable { name: Name, declared: Span },
    /// An option that doesn't exist.
    UnknownOption { name: Name, nearest: Option<String> },
    /// `steps` or `epochs` is missing.
    MissingOption { span: Span, option: &'static str, because: &'static str },
    /// An option that doesn't go with the others.
    WrongOption { name: Name, why: &'static str, help: Option<String> },
    /// `steps: (a: 1)`
    NamedValues { name: Name, span: Span },
    /// `metrics: a`
    MetricsWithoutNames { span: Span, written: Option<String> },
    /// A metric whose name another one has, or a column of `metrics.csv`.
    MetricName { name: Name, before: Option<Span> },
    /// `minimize` elsewhere, or none at the end.
    Objective { span: Span, problem: &'static str, help: Option<String> },
    /// The optimizer is a `let`.
    OptimizerImmutable { name: Name, declared: Span },
    /// An optimizer that compares values, with `over`.
    NotOver { rule: &'static str, optimizer: Span, over: Span },
    /// `clip_norm` for a rule that doesn't step along a gradient.
    NothingToClip { rule: &'static str, optimizer: Span, option: Span },
    /// `qng` for an objective without exactly one program.
    NoProgram { span: Span, optimizer: Span },
    /// A `grad` or `optimize` inside of another.
    Nested { span: Span, outer: Span },
}

impl From<PlaceError> for Diagnostic {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::NotAPlace { span } => Diagnostic::error(Code::Q0219, "this can't be assigned to")
                .primary(span, "not a variable, a field or an element"),
            PlaceError::Overlapping { first, second } => {
                Diagnostic::error(Code::Q0515, "one variable is named twice")
                    .primary(second, "named again, whole or in part")
                    .secondary(first, "named here")
                    .help("name it once; the gradient of a struct has the same fields: `g.w`")
            }
            PlaceError::FieldOfElement { span } => {
                Diagnostic::error(Code::Q0219, "a part of an element can't be assigned to")
                    .primary(span, "goes into an element")
                    .help(
                        "take the element out, change it, put it back: `var x = xs[i]; x.w = e; xs[i] = x;`",
                    )
            }
            PlaceError::Immutable { name, declared, has_qubits: true, .. } => {
                Diagnostic::error(Code::Q0220, format!("`{}` can't be assigned to", name.text))
                    .primary(name.span, "assigned here")
                    .secondary(declared, "qubits, which are no values")
                    .help(format!("act on them with a gate, as `x({}[0]);`, or `reset` them", name.text))
            }
            PlaceError::Immutable { name, declared, is_parameter, .. } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0220, format!("`{}` can't be assigned to", name.text))
                        .primary(name.span, "assigned here")
                        .secondary(declared, "not declared with `var`");
                if is_parameter {
                    diagnostic.help(format!("take a copy that changes: `var {0} = {0};`", name.text))
                } else {
                    diagnostic.help(format!("declare it as a variable: `var {} = ...;`", name.text))
                }
            }
            PlaceError::Constant { name } => {
                Diagnostic::error(Code::Q0220, format!("`{}` can't be assigned to", name.text))
                    .primary(name.span, "a constant")
                    .help(format!("take a copy that changes: `var {0} = {0};`", name.text))
            }
            PlaceError::AssignedOutside { name, declared, region } => {
                let message = format!("`{}` is assigned to inside of an `optimize`", name.text);
                Diagnostic::error(Code::Q0512, message)
                    .primary(name.span, "assigned here")
                    .secondary(declared, "declared outside of the block")
                    .secondary(region, "evaluated as often as the optimizer asks")
                    .help("compute it from the result, after the block")
            }
            PlaceError::TupleAssignment { span, n_places, found } => {
                Diagnostic::error(Code::Q0210, format!("`{found}` doesn't have {n_places} parts"))
                    .primary(span, format!("takes {n_places} parts"))
            }
            PlaceError::NoOccurrence { span, name, objective, earlier } => {
                let diagnostic = Diagnostic::error(
                    Code::Q0501,
                    format!("`{name}` doesn't occur in what is differentiated"),
                )
                .primary(span, "differentiated by this")
                .secondary(objective, format!("`{name}` is not in here"));
                match earlier {
                    Some((earlier, variable)) => diagnostic
                        .secondary(earlier, "used here, before")
                        .note(format!("`{variable}` was computed before and is a constant here"))
                        .help(format!("write the value of `{variable}` into the expression itself")),
                    None => diagnostic,
                }
            }
            PlaceError::NoFloats { span, found, declared } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0502, format!("there is no derivative by `{found}`"))
                        .primary(span, format!("`{found}`"))
                        .note("a `float`, or a tensor, tuple or struct of nothing but floats is needed");
                match found.strip_prefix("int") {
                    Some(shape) => diagnostic.secondary(declared.span, "declared with ints").help(format!(
                        "declare it with floats: `var {}: float{shape} = ...;`",
                        declared.text
                    )),
                    None => diagnostic,
                }
            }
            PlaceError::FieldWithoutFloats { span, found, field, ty, floats } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0502, format!("there is no derivative by `{found}`"))
                        .primary(span, format!("its field `{}` is `{ty}`", field.text))
                        .secondary(field.span, "no float");
                match floats.as_slice() {
                    [] => diagnostic,
                    [one] => diagnostic.help(format!("name its field of floats: `{one}`")),
                    several => {
                        diagnostic.help(format!("name its fields of floats: `({})`", several.join(", ")))
                    }
                }
            }
            PlaceError::ByConstant { name } => {
                Diagnostic::error(Code::Q0502, format!("`{}` is a constant", name.text))
                    .primary(name.span, "no variable of this function")
                    .help(format!("take a variable with its value: `var x = {};`", name.text))
            }
            PlaceError::UnknownMethod { span, name, nearest } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0503, format!("no gradient rule is named `{name}`"))
                        .primary(span, "not known")
                        .note("the rules: `adjoint`, `parameter_shift`, `finite_difference`, `spsa`");
                match nearest {
                    Some(nearest) => diagnostic.help(format!("did you mean `using \"{nearest}\"`?")),
                    None => diagnostic,
                }
            }
            PlaceError::ObjectiveType { span, found } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0504, format!("this is `{found}`, a `float` is needed"))
                        .primary(span, format!("`{found}` has no derivative"));
                match found.split('[').next() {
                    Some("program") => diagnostic.help("take a number from it: `expect(Z(0), p)`"),
                    Some("complex") => {
                        diagnostic.help("take floats from it: `real(z)`, `imag(z)`, or the modulus `abs(z)`")
                    }
                    _ => diagnostic,
                }
            }
            PlaceError::TensorObjective { span, found } => {
                Diagnostic::error(Code::Q0505, "a tensor has no smallest value")
                    .primary(span, format!("`{found}`"))
                    .help("make a number of it: `sum(x)`, `mean(x)`, or an element: `x[0]`")
            }
            PlaceError::JacobianByStruct { span, found } => {
                Diagnostic::error(Code::Q0514, "a struct can't hold the derivative of a tensor")
                    .primary(span, format!("`{found}` has its fields' shapes, the derivative has more axes"))
                    .help("differentiate by its fields: `wrt (m.w, m.b)`")
            }
            PlaceError::OptimizedImmutable { name, declared } => {
                Diagnostic::error(Code::Q0506, format!("`{}` can't be optimized", name.text))
                    .primary(name.span, "optimized here")
                    .secondary(declared, "not declared with `var`")
                    .help(format!("`var {} = ...;`", name.text))
            }
            PlaceError::UnknownOption { name, nearest } => {
                let diagnostic = Diagnostic::error(
                    Code::Q0507,
                    format!("`optimize` has no option `{}`", name.text),
                )
                .primary(name.span, "not known")
                .note(
                    "the options: steps, epochs, tolerance, patience, validate, clip_norm, seed, checkpoint, \
                     metrics",
                );
                match nearest {
                    Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
                    None => diagnostic,
                }
            }
            PlaceError::MissingOption { span, option, because } => {
                Diagnostic::error(Code::Q0509, format!("`{option}:` is missing"))
                    .primary(span, because)
                    .help(format!("`with adam(lr: 0.1), {option}: 100`"))
            }
            PlaceError::WrongOption { name, why, help } => {
                let message = format!("`{}:` doesn't belong here", name.text);
                let diagnostic = Diagnostic::error(Code::Q0509, message).primary(name.span, why);
                help.into_iter().fold(diagnostic, Diagnostic::help)
            }
            PlaceError::NamedValues { name, span } => {
                Diagnostic::error(Code::Q0516, format!("`{}:` takes one value", name.text))
                    .primary(span, "these have names")
                    .help("only what `metrics:` shows has names")
            }
            PlaceError::MetricsWithoutNames { span, written } => {
                let value = written.unwrap_or_else(|| "...".to_owned());
                Diagnostic::error(Code::Q0516, "what `metrics:` shows has names")
                    .primary(span, "under which name?")
                    .help(format!("write `metrics: (name: {value})`"))
            }
            PlaceError::MetricName { name, before } => {
                let text = &name.text;
                let diagnostic =
                    Diagnostic::error(Code::Q0516, format!("the metric can't be called `{text}`"));
                match before {
                    Some(before) => diagnostic
                        .primary(name.span, "again")
                        .secondary(before, "another metric has this name"),
                    None => diagnostic
                        .primary(name.span, "a column of `metrics.csv` has this name")
                        .help(format!("another name: `test_{text}: ...`")),
                }
            }
            PlaceError::Objective { span, problem, help } => {
                Diagnostic::error(Code::Q0510, problem).primary(span, "here").help(help.unwrap_or_else(
                    || "`optimize w with adam(lr: 0.1), steps: 100 { minimize loss(w); }`".to_owned(),
                ))
            }
            PlaceError::OptimizerImmutable { name, declared } => {
                Diagnostic::error(Code::Q0511, format!("the optimizer `{}` can't keep its state", name.text))
                    .primary(name.span, "its new state would be left in here")
                    .secondary(declared, "not declared with `var`")
                    .help(format!("declare it as a variable: `var {} = ...;`", name.text))
            }
            PlaceError::NotOver { rule, optimizer, over } => Diagnostic::error(
                Code::Q0530,
                format!("`{rule}` doesn't go over data"),
            )
            .primary(optimizer, "compares values of one objective")
            .secondary(over, "each item makes another objective")
            .help("take `adam` or another one that does, or minimize the mean over all data, with `steps:`"),
            PlaceError::NothingToClip { rule, optimizer, option } => {
                Diagnostic::error(Code::Q0532, format!("`clip_norm:` has no meaning for `{rule}`"))
                    .primary(option, "shortens the gradient of a step")
                    .secondary(optimizer, "doesn't step along a gradient")
                    .help("leave it out")
            }
            PlaceError::NoProgram { span, optimizer } => {
                Diagnostic::error(Code::Q0531, "`qng` needs one program in the objective")
                    .primary(span, "there isn't exactly one")
                    .secondary(optimizer, "follows the metric of the program's states")
                    .help("`minimize expect(h, k(w));` with the kernel in the block itself, or take `adam`")
            }
            PlaceError::Nested { span, outer } => {
                Diagnostic::error(Code::Q0513, "a `grad` or `optimize` inside of another")
                    .primary(span, "this one")
                    .secondary(outer, "inside of this")
                    .help("do it before, and name its result")
            }
        }
    }
}
