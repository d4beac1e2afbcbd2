//! The typed program to host IR.
//!
//! Expects: a program that was checked without an error. Leaves: one host function for each gate, kernel and fn (with the
//! same index), one for each global and test, and one for each expression that is differentiated (`main.grad.0`). Mutable
//! variables are values in SSA form, jumps are flags, sizes are ints solved from the arguments, random functions take keys.

mod assertions;
mod body;
mod call_checks;
mod calls;
mod expressions;
mod flow;
mod gradients;
mod loops;
mod optimize;
mod places;
mod random;
pub(crate) mod rules;
mod saved;
mod signature;
mod sizes;
mod statements;
#[cfg(test)]
mod tests;
mod text;
mod types;
mod unpack;
pub(crate) mod visit;

use std::collections::HashSet;

use qml_ir::host;
use qml_source::{SourceMap, Span};
use qml_syntax::ast::Effect;

use crate::hir;
use body::Body;

/// Lowers a program; `sources` are the texts that its spans are about.
pub fn lower(program: &hir::Program, sources: &SourceMap) -> host::Module {
    let mut context = Context {
        program,
        sources,
        module: host::Module::default(),
        draws: random::functions_that_draw(program),
        names: HashSet::new(),
    };
    // The functions of the program keep their indices; those that are outlined on the way come after.
    for function in &program.functions {
        let name = context.unique_name(&function.path);
        context.module.functions.push(empty_function(name, kind(function.effect), function.name.span));
    }
    for (index, function) in program.functions.iter().enumerate() {
        lower_function(&mut context, index, function);
    }
    for global in &program.globals {
        lower_global(&mut context, global);
    }
    for (index, test) in program.tests.iter().enumerate() {
        lower_test(&mut context, index, test);
    }
    context.module.main = program.main.map(|id| host::FunctionId(id.0));
    if cfg!(debug_assertions)
        && let Err(broken) = context.module.validate()
    {
        qml_source::bug!("lowering broke a rule: {broken}");
    }
    context.module
}

/// What the functions of one program share while they are lowered.
struct Context<'p> {
    program: &'p hir::Program,
    sources: &'p SourceMap,
    module: host::Module,
    /// Which functions of the program take a random key.
    draws: Vec<bool>,
    names: HashSet<String>,
}

impl Context<'_> {
    /// The file and the line of a span, as `vqe.qml:12`.
    fn place(&self, span: Span) -> String {
        let (line, _) = self.sources.line_column(span.file, span.start);
        format!("{}:{line}", self.sources.name(span.file))
    }

    fn unique_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_string();
        let mut count = 1;
        while !self.names.insert(name.clone()) {
            count += 1;
            name = format!("{wanted}#{count}");
        }
        name
    }
}

fn kind(effect: Effect) -> host::FunctionKind {
    match effect {
        Effect::Gate => host::FunctionKind::Gate,
        Effect::Kernel => host::FunctionKind::Kernel,
        Effect::Fn => host::FunctionKind::Fn,
    }
}

fn empty_function(name: String, kind: host::FunctionKind, span: Span) -> host::Function {
    host::Function {
        name,
        kind,
        types: Vec::new(),
        param_names: Vec::new(),
        results: Vec::new(),
        body: host::Region::default(),
        shots: None,
        span,
    }
}

fn lower_function(context: &mut Context, index: usize, function: &hir::Function) {
    let program = context.program;
    let mut frame = context.module.functions[index].clone();
    frame.shots = function.shots;
    frame.results = types::results(program, &function.result);
    let draws = context.draws[index];
    let mut body = Body::new(context, frame, &function.locals, &function.path);
    body.statements = Some(&function.body);
    body.key = draws.then(|| body.parameter("key", host::Type::Int));
    body.signature(function);
    let yields = body.tail(&function.body.statements.iter().collect::<Vec<_>>(), function.name.span);
    let lowered = body.finish(yields);
    context.module.functions[index] = lowered;
}

fn lower_global(context: &mut Context, global: &hir::Global) {
    let name = context.unique_name(&format!("{}.init", global.name.text));
    let mut frame = empty_function(name, host::FunctionKind::Fn, global.name.span);
    let ty = types::host_type(context.program, &global.init.ty);
    frame.results = vec![ty.clone()];
    let draws = random::expr_draws(context, &global.init);
    let mut body = Body::new(context, frame, &global.locals, &global.name.text);
    body.key = draws.then(|| body.parameter("key", host::Type::Int));
    let value = body.expr(&global.init);
    let lowered = body.finish(vec![value]);
    context.module.functions.push(lowered);
    let init = host::FunctionId(context.module.functions.len() as u32 - 1);
    context.module.globals.push(host::Global { name: global.name.text.clone(), ty, init });
}

fn lower_test(context: &mut Context, index: usize, test: &hir::Test) {
    let name = context.unique_name(&format!("test.{index}"));
    let frame = empty_function(name, host::FunctionKind::Fn, test.span);
    let path = format!("test {}", test.name);
    let mut body = Body::new(context, frame, &test.locals, &path);
    body.statements = Some(&test.body);
    body.key = Some(body.parameter("key", host::Type::Int));
    let yields = body.tail(&test.body.statements.iter().collect::<Vec<_>>(), test.span);
    let lowered = body.finish(yields);
    context.module.functions.push(lowered);
    let function = host::FunctionId(context.module.functions.len() as u32 - 1);
    context.module.tests.push(host::Test { name: test.name.clone(), function, span: test.span });
}
