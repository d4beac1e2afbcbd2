//! What of a program can be checked for a device: the circuits of the kernel calls that the program determines.

use qml_ir::circuit::Circuit;
use qml_ir::host::{FunctionId, Module, Op, OpKind, Region};
use qml_ir::specialise::{Key, specialise};
use qml_semantics::hir;
use qml_source::{Code, Diagnostic, Severity, Span};
use qml_syntax::ast::Effect;

use crate::Compilation;
use crate::kernel::{self, KernelRequest};

/// More circuits than this are not compiled by one check.
const MAX_CIRCUITS: usize = 32;

/// A circuit that the program will ask for.
#[derive(Clone, Debug)]
pub struct KnownCircuit {
    /// The circuit.
    pub circuit: Circuit,
    /// The kernel's name in the source.
    pub span: Span,
}

/// Everything that can be held against a device.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The circuits.
    pub circuits: Vec<KnownCircuit>,
    /// Shots that the source asks for, with their places.
    pub shots: Vec<(i64, Span)>,
    /// What can't be known before the program runs (Q0720), and what is wrong with kernels at the sizes of their calls.
    pub diagnostics: Vec<Diagnostic>,
}

/// The circuits of all kernel calls that `main` and the params determine, and of kernels whose own types fix their sizes.
pub fn known(compilation: &Compilation, module: &Module) -> Known {
    let mut known = Known { shots: compilation.survey.shots.clone(), ..Known::default() };
    let globals = match kernel::globals(module) {
        Ok(globals) => globals,
        Err(fault) => {
            known.diagnostics.push(fault);
            return known;
        }
    };
    let calls = &compilation.survey.calls;
    for call in calls.iter().take(MAX_CIRCUITS) {
        let Key { kernel, args } = &call.key;
        match specialise(module, &globals, *kernel, args) {
            Ok(made) => known.add(module, *kernel, made.circuit),
            Err(error) => known.say(error),
        }
    }
    if let Some(call) = calls.get(MAX_CIRCUITS) {
        let message = format!("{} further circuits were not checked", calls.len() - MAX_CIRCUITS);
        known.say(
            Diagnostic::new(Severity::Note, Code::Q0720, message).primary(call.span, "the first of them"),
        );
    }
    for function in kernel::kernels(&compilation.program) {
        let Some(id) = module.find(&function.path) else { continue };
        if calls.iter().any(|call| call.key.kernel == id) {
            continue;
        }
        let request = KernelRequest { kernel: Some(function.name.text.clone()), ..KernelRequest::default() };
        if let Ok(circuit) = kernel::circuit(&compilation.program, module, &request) {
            known.add(module, id, circuit);
        } else if !is_open(compilation, id) && !is_part_of_another(compilation, module, id) {
            let message =
                format!("`{}` was not checked: no call of it in `main` fixes its sizes", function.name.text);
            known.say(
                Diagnostic::new(Severity::Note, Code::Q0720, message)
                    .primary(function.name.span, "this kernel")
                    .help(build_by_hand(function)),
            );
        }
    }
    for &(id, span) in &compilation.survey.open {
        let name = short(&module.function(id).name);
        let message =
            format!("`{name}` was not checked for this call: its sizes are known only when the program runs");
        let mut diagnostic =
            Diagnostic::new(Severity::Note, Code::Q0720, message).primary(span, "called here");
        let function = kernel::kernels(&compilation.program).find(|f| module.find(&f.path) == Some(id));
        diagnostic.help.extend(function.map(build_by_hand));
        known.say(diagnostic);
    }
    if !compilation.survey.is_complete {
        let message = "not every call was checked: the program is too long to be followed without running it";
        known.say(Diagnostic::new(Severity::Note, Code::Q0720, message));
    }
    known
}

impl Known {
    fn add(&mut self, module: &Module, kernel: FunctionId, mut circuit: Circuit) {
        let function = module.function(kernel);
        // The user's name for it, without the path of the module.
        short(&function.name).clone_into(&mut circuit.name);
        self.shots.extend(
            function.shots.map(|shots| (shots, function.span)).filter(|shots| !self.shots.contains(shots)),
        );
        self.circuits.push(KnownCircuit { circuit, span: function.span });
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }
}

fn build_by_hand(function: &hir::Function) -> String {
    let name = |local: hir::LocalId| &function.locals[local.0 as usize].name.text;
    let sizes = function.sizes.iter().map(|size| format!(" --size {}=4", name(size.local)));
    let is_int = |&&parameter: &&hir::LocalId| function.locals[parameter.0 as usize].ty == hir::Type::Int;
    let ints =
        function.parameters.iter().filter(is_int).map(|&parameter| format!(" --arg {}=4", name(parameter)));
    let options: String = sizes.chain(ints).collect();
    format!(
        "`qmlang build FILE --target T --kernel {}{options}` compiles it for sizes of your choice",
        function.name.text
    )
}

fn short(name: &str) -> &str {
    name.trim_start_matches("main.")
}

fn is_open(compilation: &Compilation, kernel: FunctionId) -> bool {
    compilation.survey.open.iter().any(|open| open.0 == kernel)
}

/// Whether another kernel calls it: then it is part of that one's circuit.
fn is_part_of_another(compilation: &Compilation, module: &Module, kernel: FunctionId) -> bool {
    let quantum = compilation.program.functions.iter().filter(|f| f.effect == Effect::Kernel);
    quantum.filter_map(|f| module.find(&f.path)).any(|id| calls(&module.function(id).body, kernel))
}

fn calls(region: &Region, kernel: FunctionId) -> bool {
    let is_call =
        |op: &Op| op.kind == OpKind::Call(kernel) || op.regions.iter().any(|region| calls(region, kernel));
    region.ops.iter().any(is_call)
}

#[cfg(test)]
mod tests;
