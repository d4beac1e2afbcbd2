//! The arguments that a kernel is compiled with on its own: sizes and integers from the command line, floats symbolic.

use std::collections::BTreeMap;

use qml_ir::circuit::Circuit;
use qml_ir::evaluate::Evaluator;
use qml_ir::host::{FunctionId, Module};
use qml_ir::specialise::{BindProgram, Specialised, specialise, split};
use qml_prelude::{NoWorld, Tensor, Value, value::Array};
use qml_semantics::hir::{self, Dim, LocalId, Type};
use qml_semantics::size::Size;
use qml_source::{Code, Diagnostic, bug};
use qml_syntax::ast::Effect;

/// What the command line says about a kernel.
#[derive(Clone, Debug, Default)]
pub struct KernelRequest {
    /// The kernel's name; may be left out where the file has one kernel.
    pub kernel: Option<String>,
    /// `--size n=8`
    pub sizes: Vec<(String, String)>,
    /// `--arg k=3`
    pub args: Vec<(String, String)>,
}

/// The kernel and its arguments; floats are zeros, because a circuit doesn't depend on them.
pub fn resolve(
    program: &hir::Program,
    module: &Module,
    request: &KernelRequest,
) -> Result<(FunctionId, Vec<Value>), Diagnostic> {
    let function = choose(program, request.kernel.as_deref())?;
    let id =
        module.find(&function.path).unwrap_or_else(|| bug!("kernel `{}` was not lowered", function.path));
    let known = Known::new(function, request)?;
    let args = function
        .parameters
        .iter()
        .map(|&parameter| known.argument(program, parameter))
        .collect::<Result<_, _>>()?;
    Ok((id, args))
}

/// The circuit of a kernel, its float arguments as slots.
pub fn circuit(
    program: &hir::Program,
    module: &Module,
    request: &KernelRequest,
) -> Result<Circuit, Diagnostic> {
    bound_circuit(program, module, request).map(|(circuit, _)| circuit)
}

/// The circuit of a kernel, its float arguments as slots, and how the other slots are computed from these.
pub fn bound_circuit(
    program: &hir::Program,
    module: &Module,
    request: &KernelRequest,
) -> Result<(Circuit, BindProgram), Diagnostic> {
    let (id, args) = resolve(program, module, request)?;
    let globals = globals(module)?;
    let Specialised { mut circuit, bind, .. } = specialise(module, &globals, id, &split(&args).0)?;
    // The user's name for it, without the path of the module.
    module.function(id).name.trim_start_matches("main.").clone_into(&mut circuit.name);
    Ok((circuit, bind))
}

/// The values of the constants and parameters, which a circuit may depend on. Random ones get the seed 0.
pub(crate) fn globals(module: &Module) -> Result<Vec<Value>, Diagnostic> {
    let mut evaluator = Evaluator::new(module, Vec::new());
    evaluator.initialise(&mut NoWorld, 0).map_err(|fault| *fault)?;
    Ok(evaluator.globals)
}

/// The kernels of the program's own file.
pub fn kernels(program: &hir::Program) -> impl Iterator<Item = &hir::Function> {
    program.functions.iter().filter(|f| f.effect == Effect::Kernel && f.path.starts_with("main."))
}

fn choose<'a>(program: &'a hir::Program, name: Option<&str>) -> Result<&'a hir::Function, Diagnostic> {
    let all: Vec<&hir::Function> = kernels(program).collect();
    let names = || all.iter().map(|f| format!("`{}`", f.name.text)).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) => all.iter().find(|f| f.name.text == name).copied().ok_or_else(|| {
            let diagnostic = Diagnostic::error(Code::Q0920, format!("the file has no kernel `{name}`"));
            if all.is_empty() { diagnostic } else { diagnostic.help(format!("it has {}", names())) }
        }),
        None => match all.as_slice() {
            [only] => Ok(only),
            [] => Err(Diagnostic::error(Code::Q0920, "the file has no kernel")
                .help("only kernels are compiled for a device: write one that calls the gates")),
            _ => Err(Diagnostic::error(Code::Q0920, format!("the file has several kernels: {}", names()))
                .help(format!("say which one: `--kernel {}`", all[0].name.text))),
        },
    }
}

/// Sizes and integers that are known.
struct Known<'a> {
    function: &'a hir::Function,
    ints: BTreeMap<LocalId, i64>,
    bools: BTreeMap<LocalId, bool>,
}

impl<'a> Known<'a> {
    fn new(function: &'a hir::Function, request: &KernelRequest) -> Result<Self, Diagnostic> {
        let mut known = Self { function, ints: BTreeMap::new(), bools: BTreeMap::new() };
        for (name, text) in &request.sizes {
            let size = function.sizes.iter().find(|size| known.name(size.local) == name);
            let Some(size) = size else {
                return Err(known.unknown("size", name, function.sizes.iter().map(|s| s.local)));
            };
            match text.parse::<i64>() {
                Ok(value @ 0..) => _ = known.ints.insert(size.local, value),
                _ => return Err(not_a("size from 0", "--size", name, text)),
            }
        }
        for (name, text) in &request.args {
            let parameter = function.parameters.iter().find(|&&parameter| known.name(parameter) == name);
            let Some(&parameter) = parameter else {
                return Err(known.unknown("parameter", name, function.parameters.iter().copied()));
            };
            match known.ty(parameter) {
                Type::Int => match text.parse() {
                    Ok(value) => _ = known.ints.insert(parameter, value),
                    Err(_) => return Err(not_a("int", "--arg", name, text)),
                },
                Type::Bool => match text.parse() {
                    Ok(value) => _ = known.bools.insert(parameter, value),
                    Err(_) => return Err(not_a("bool", "--arg", name, text)),
                },
                _ => {
                    let message = format!("`{name}` is no int or bool, which is what `--arg` sets");
                    return Err(Diagnostic::error(Code::Q0921, message)
                        .primary(function.locals[parameter.0 as usize].name.span, "declared here")
                        .help("floats become inputs of the compiled circuit; for anything else write a kernel around it"));
                }
            }
        }
        Ok(known)
    }

    fn name(&self, local: LocalId) -> &str {
        &self.function.locals[local.0 as usize].name.text
    }

    fn ty(&self, local: LocalId) -> &Type {
        &self.function.locals[local.0 as usize].ty
    }

    fn unknown(&self, what: &str, name: &str, all: impl Iterator<Item = LocalId>) -> Diagnostic {
        let names: Vec<&str> = all.map(|local| self.name(local)).collect();
        let message = format!("kernel `{}` has no {what} `{name}`", self.function.name.text);
        let diagnostic =
            Diagnostic::error(Code::Q0921, message).primary(self.function.name.span, "declared here");
        if names.is_empty() { diagnostic } else { diagnostic.help(format!("it has {}", names.join(", "))) }
    }

    fn argument(&self, program: &hir::Program, parameter: LocalId) -> Result<Value, Diagnostic> {
        let missing = |flag: &str, example: &str| {
            let message = format!("the value of `{}` is missing", self.name(parameter));
            Diagnostic::error(Code::Q0922, message)
                .primary(self.function.locals[parameter.0 as usize].name.span, "the circuit depends on it")
                .help(format!("`{flag} {}={example}`", self.name(parameter)))
        };
        match self.ty(parameter) {
            Type::Int => {
                self.ints.get(&parameter).map(|&k| Value::Int(k)).ok_or_else(|| missing("--arg", "3"))
            }
            Type::Bool => {
                self.bools.get(&parameter).map(|&b| Value::Bool(b)).ok_or_else(|| missing("--arg", "true"))
            }
            ty => self.zero(program, parameter, ty),
        }
    }

    /// A value of the type whose floats are zero.
    fn zero(&self, program: &hir::Program, parameter: LocalId, ty: &Type) -> Result<Value, Diagnostic> {
        match ty {
            Type::Float => Ok(Value::Float(0.0)),
            Type::Tensor(element, dims) if **element == Type::Float => {
                let shape = dims.iter().map(|dim| self.dim(parameter, dim)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::Tensor(Tensor::Float(Array::zeros(shape))))
            }
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.zero(program, parameter, part));
                Ok(Value::tuple(parts.collect::<Result<Vec<_>, _>>()?))
            }
            Type::Struct(id) => {
                let fields = &program.structs[id.0 as usize].fields;
                let parts = fields.iter().map(|(_, part)| self.zero(program, parameter, part));
                Ok(Value::tuple(parts.collect::<Result<Vec<_>, _>>()?))
            }
            _ => {
                let message = format!("`{}` cannot be given on the command line", self.name(parameter));
                Err(Diagnostic::error(Code::Q0922, message)
                    .primary(self.function.locals[parameter.0 as usize].name.span, "declared here")
                    .help("write a kernel around this one that calls it with its value, and compile that"))
            }
        }
    }

    fn dim(&self, parameter: LocalId, dim: &Dim) -> Result<usize, Diagnostic> {
        let span = self.function.locals[parameter.0 as usize].name.span;
        let Dim::Size(size) = dim else { bug!("a kernel's parameter has no unknown size") };
        let value = |local| self.ints.get(&local).map(|&value| Size::constant(value));
        match size.substitute(&value).and_then(|size| size.as_constant()) {
            Some(n @ 0..) => Ok(n as usize),
            Some(n) => Err(Diagnostic::error(
                Code::Q0922,
                format!("`{}` would have the size {n}", self.name(parameter)),
            )
            .primary(span, "declared here")),
            None => {
                let names: Vec<String> = self
                    .function
                    .sizes
                    .iter()
                    .filter(|size| !self.ints.contains_key(&size.local))
                    .map(|size| format!("--size {}=2", self.name(size.local)))
                    .collect();
                Err(Diagnostic::error(
                    Code::Q0922,
                    format!("the sizes of `{}` are not known", self.name(parameter)),
                )
                .primary(span, "the circuit depends on them")
                .help(format!("`{}`", names.join(" "))))
            }
        }
    }
}

fn not_a(what: &str, flag: &str, name: &str, text: &str) -> Diagnostic {
    Diagnostic::error(Code::Q0921, format!("`{text}` is no {what}")).help(format!("`{flag} {name}=3`"))
}
