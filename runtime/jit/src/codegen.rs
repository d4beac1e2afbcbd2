//! From host IR to Cranelift's: which functions are needed, and the module around them.
//!
//! Functions are independent of each other: threads take one after the other, and the code of a function doesn't depend on who
//! compiled it.

mod ahead;
mod chains;
mod convention;
mod cotangents;
mod counting;
mod counts;
mod direct;
mod division;
mod elements;
mod function;
mod growing;
mod isas;
mod lanes;
mod loops;
mod map_chains;
mod maps;
mod operations;
mod ownership;
mod parts;
mod pinned;
mod ranges;
mod scalar;
mod selects;
mod shapes;
mod sure;
mod tuples;
mod views;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use cranelift::codegen::Context as CodegenContext;
use cranelift::codegen::control::ControlPlane;
use cranelift::codegen::isa::TargetIsa;
use cranelift::jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift::module::{FuncId, Module as _, ModuleReloc, default_libcall_names};
use cranelift::prelude::*;
use qml_ir::host::{Function, FunctionId, FunctionKind, Module, OpKind, Region};
use qml_ir::with_small_calls_inside;
use qml_source::bug;

use crate::context;
use crate::site::Site;
use isas::Isas;

/// Address space for machine code; memory is taken as it is needed.
const CODE_BYTES: usize = 64 << 20;
/// Room for regions in regions, on a thread that compiles.
const STACK_BYTES: usize = 256 << 20;
/// So many operations are worth another thread.
const OPS_PER_THREAD: usize = 200;

/// What compiling gives.
pub(crate) struct Code {
    /// Where the roots are called from outside.
    pub entries: Vec<(FunctionId, context::Code)>,
    /// The memory that they are in.
    pub module: JITModule,
    /// What they refer to.
    #[expect(clippy::vec_box, reason = "machine code holds the addresses")]
    pub sites: Vec<Box<Site>>,
}

/// The functions that are compiled.
type Functions<'a> = BTreeMap<FunctionId, Declared<'a>>;

/// A function that is compiled.
struct Declared<'a> {
    id: FuncId,
    /// What is called from outside, if it is a root.
    entry: Option<FuncId>,
    function: Cow<'a, Function>,
    /// Nobody calls it a second time.
    runs_once: bool,
}

/// Compiles `roots` and what they call, on up to `threads` threads.
pub(crate) fn compile(module: &Module, roots: &[FunctionId], threads: usize) -> Code {
    let isas = Isas::new();
    let mut jit = JITModule::new(builder(&isas));
    let functions = declare(module, roots, &isas, &mut jit);

    let job = Job { functions: &functions, isas: &isas };
    let mut sites = Vec::new();
    for compiled in job.on_threads(threads) {
        let Compiled { id, bytes, alignment, relocations, sites: own } = compiled;
        if let Err(error) = jit.define_function_bytes(id, alignment, &bytes, &relocations) {
            bug!("placing a function: {error}");
        }
        sites.extend(own);
    }
    if let Err(error) = jit.finalize_definitions() {
        bug!("making code executable: {error}");
    }

    let entries = functions
        .iter()
        .filter_map(|(&id, declared)| {
            let address = jit.get_finalized_function(declared.entry?);
            // SAFETY: the code was compiled with the signature that `context::Code` is.
            Some((id, unsafe { std::mem::transmute::<*const u8, context::Code>(address) }))
        })
        .collect();
    Code { entries, module: jit, sites }
}

/// All functions that are needed, with small ones in the places of their calls.
fn declare<'a>(module: &'a Module, roots: &[FunctionId], isas: &Isas, jit: &mut JITModule) -> Functions<'a> {
    let mut declare = |id, signature: &Signature| match jit.declare_anonymous_function(signature) {
        Ok(declared) => declared,
        Err(error) => bug!("declaring `{}`: {error}", module.function(id).name),
    };
    let outer = convention::outer_signature(&*isas.fast);
    let mut functions = Functions::new();
    let mut waiting = roots.to_vec();
    while let Some(id) = waiting.pop() {
        if functions.contains_key(&id) || module.function(id).kind != FunctionKind::Fn {
            continue;
        }
        let runs_once = runs_once(module, id);
        let function = with_small_calls_inside(module, id, runs_once);
        callees(&function.body, &mut waiting);
        let inner = declare(id, &convention::signature(&function));
        let entry = roots.contains(&id).then(|| declare(id, &outer));
        functions.insert(id, Declared { id: inner, entry, function, runs_once });
    }
    functions
}

fn runs_once(module: &Module, id: FunctionId) -> bool {
    module.main == Some(id)
        || module.globals.iter().any(|global| global.init == id)
        || module.tests.iter().any(|test| test.function == id)
}

fn callees(region: &Region, into: &mut Vec<FunctionId>) {
    for op in &region.ops {
        if let OpKind::Call(function) | OpKind::Ahead(function) = op.kind {
            into.push(function);
        }
        op.regions.iter().for_each(|nested| callees(nested, into));
    }
}

fn builder(isas: &Isas) -> JITBuilder {
    let mut builder = JITBuilder::with_isa(isas.fast.clone(), default_libcall_names());
    match ArenaMemoryProvider::new_with_size(CODE_BYTES) {
        // One arena: every near call between our functions reaches.
        Ok(arena) => _ = builder.memory_provider(Box::new(arena)),
        Err(error) => bug!("no address space for machine code: {error}"),
    }
    builder
}

/// What is compiled.
struct Job<'a> {
    functions: &'a Functions<'a>,
    isas: &'a Isas,
}

/// The code of a function, not yet at its place.
struct Compiled {
    id: FuncId,
    bytes: Vec<u8>,
    alignment: u64,
    relocations: Vec<ModuleReloc>,
    #[expect(clippy::vec_box, reason = "machine code holds the addresses")]
    sites: Vec<Box<Site>>,
}

impl Job<'_> {
    /// All functions, in the order of their numbers.
    fn on_threads(&self, threads: usize) -> Vec<Compiled> {
        let mut waiting: Vec<(usize, FunctionId)> =
            self.functions.iter().map(|(&id, declared)| (declared.function.body.n_ops(), id)).collect();
        // The longest first: then all threads end at about the same time.
        waiting.sort_by_key(|&(ops, id)| (std::cmp::Reverse(ops), id));
        let ops: usize = waiting.iter().map(|(ops, _)| ops).sum();
        let others = threads.min(ops.div_ceil(OPS_PER_THREAD)).min(waiting.len()).saturating_sub(1);

        let next = AtomicUsize::new(0);
        let work = || {
            let mut frontend = FunctionBuilderContext::new();
            let mut context = CodegenContext::new();
            let take = || waiting.get(next.fetch_add(1, Ordering::Relaxed));
            std::iter::from_fn(take)
                .flat_map(|&(_, id)| {
                    let entry = self.entry(id, &mut frontend, &mut context);
                    entry.into_iter().chain([self.function(id, &mut frontend, &mut context)])
                })
                .collect::<Vec<Compiled>>()
        };
        let mut compiled = std::thread::scope(|scope| {
            // A thread that can't be had is one less.
            let spawn =
                |_| std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).ok();
            let helpers: Vec<_> = (0..others).map_while(spawn).collect();
            let mut compiled = work();
            for helper in helpers {
                compiled.extend(helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            compiled
        });
        compiled.sort_unstable_by_key(|function| function.id);
        compiled
    }

    fn function(
        &self,
        id: FunctionId,
        frontend: &mut FunctionBuilderContext,
        context: &mut CodegenContext,
    ) -> Compiled {
        let Self { functions, isas } = self;
        let Declared { id: inner, function, .. } = &functions[&id];
        let mut sites = Vec::new();
        context.func.signature = convention::signature(function);
        let operations =
            function::translate(functions, id, &*isas.fast, &mut context.func, frontend, &mut sites);
        let isa = isas.fitting(&context.func, &operations);
        Compiled { sites, ..compiled(&function.name, *inner, isa, context) }
    }

    /// Where a root is called from outside.
    fn entry(
        &self,
        id: FunctionId,
        frontend: &mut FunctionBuilderContext,
        context: &mut CodegenContext,
    ) -> Option<Compiled> {
        let Declared { id: inner, entry, function, .. } = &self.functions[&id];
        let entry = (*entry)?;
        let isa = &*self.isas.plain;
        context.func.signature = convention::outer_signature(isa);
        convention::translate_entry(function, *inner, isa, &mut context.func, frontend);
        Some(compiled(&function.name, entry, isa, context))
    }
}

/// The machine code of what is in `context`, which is empty afterwards.
fn compiled(name: &str, id: FuncId, isa: &dyn TargetIsa, context: &mut CodegenContext) -> Compiled {
    if let Err(error) = context.compile(isa, &mut ControlPlane::default()) {
        bug!("compiling `{name}`: {:?}\n{}", error.inner, error.func.display());
    }
    let Some(code) = context.compiled_code() else { bug!("no code for `{name}`") };
    let relocation = |found| ModuleReloc::from_mach_reloc(found, &context.func, id);
    let compiled = Compiled {
        id,
        bytes: code.code_buffer().to_vec(),
        alignment: u64::from(code.buffer.alignment),
        relocations: code.buffer.relocs().iter().map(relocation).collect(),
        sites: Vec::new(),
    };
    context.clear();
    compiled
}
