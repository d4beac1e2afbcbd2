//! From host IR to Cranelift's: which functions are needed, and the module around them.

mod ahead;
mod elements;
mod function;
mod loops;
mod ownership;
mod scalar;
mod tuples;

use std::collections::BTreeMap;

use cranelift::codegen::Context as CodegenContext;
use cranelift::jit::{ArenaMemoryProvider, JITBuilder, JITModule};
use cranelift::module::{FuncId, Module as _, default_libcall_names};
use cranelift::prelude::*;
use qml_ir::host::{FunctionId, FunctionKind, Module, OpKind, Region};
use qml_source::bug;

use crate::context;
use crate::site::Site;

/// Address space for machine code; memory is taken as it is needed.
const CODE_BYTES: usize = 64 << 20;

/// What compiling gives.
pub(crate) struct Code {
    /// Addresses of all compiled functions.
    pub functions: Vec<(FunctionId, context::Code)>,
    /// The memory that they are in.
    pub module: JITModule,
    /// What they refer to.
    #[expect(clippy::vec_box, reason = "machine code holds the addresses")]
    pub sites: Vec<Box<Site>>,
}

/// Compiles `roots` and what they call.
pub(crate) fn compile(module: &Module, roots: &[FunctionId]) -> Code {
    let mut jit = JITModule::new(builder());
    let signature = function::signature(&jit);
    let ids: BTreeMap<FunctionId, FuncId> = reachable(module, roots)
        .into_iter()
        .map(|id| match jit.declare_anonymous_function(&signature) {
            Ok(declared) => (id, declared),
            Err(error) => bug!("declaring `{}`: {error}", module.function(id).name),
        })
        .collect();

    let mut sites = Vec::new();
    let mut frontend = FunctionBuilderContext::new();
    let mut code = CodegenContext::new();
    for (&id, &declared) in &ids {
        code.func.signature = signature.clone();
        function::translate(module, id, &ids, &mut jit, &mut code.func, &mut frontend, &mut sites);
        if let Err(error) = jit.define_function(declared, &mut code) {
            bug!("compiling `{}`: {error:?}\n{}", module.function(id).name, code.func.display());
        }
        jit.clear_context(&mut code);
    }
    if let Err(error) = jit.finalize_definitions() {
        bug!("making code executable: {error}");
    }

    let functions = ids
        .into_iter()
        .map(|(id, declared)| {
            let address = jit.get_finalized_function(declared);
            // SAFETY: the code was compiled with the signature that `context::Code` is.
            (id, unsafe { std::mem::transmute::<*const u8, context::Code>(address) })
        })
        .collect();
    Code { functions, module: jit, sites }
}

fn builder() -> JITBuilder {
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", "speed"),
        ("is_pic", "false"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("unwind_info", "false"),
        ("preserve_frame_pointers", "true"),
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
    ] {
        if let Err(error) = flags.set(name, value) {
            bug!("setting {name}: {error}");
        }
    }
    let isa = match cranelift::native::builder() {
        Ok(builder) => builder.finish(settings::Flags::new(flags)),
        Err(error) => bug!("no machine code for this processor: {error}"),
    };
    let isa = match isa {
        Ok(isa) => isa,
        Err(error) => bug!("no machine code for this processor: {error}"),
    };
    let mut builder = JITBuilder::with_isa(isa, default_libcall_names());
    match ArenaMemoryProvider::new_with_size(CODE_BYTES) {
        // One arena: every near call between our functions reaches.
        Ok(arena) => _ = builder.memory_provider(Box::new(arena)),
        Err(error) => bug!("no address space for machine code: {error}"),
    }
    builder
}

/// The host functions that `roots` call, directly or not.
fn reachable(module: &Module, roots: &[FunctionId]) -> Vec<FunctionId> {
    let mut seen = vec![false; module.functions.len()];
    let mut waiting = roots.to_vec();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        if std::mem::replace(&mut seen[id.0 as usize], true) || module.function(id).kind != FunctionKind::Fn {
            continue;
        }
        found.push(id);
        callees(&module.function(id).body, &mut waiting);
    }
    found
}

fn callees(region: &Region, into: &mut Vec<FunctionId>) {
    for op in &region.ops {
        if let OpKind::Call(function) | OpKind::Ahead(function) = op.kind {
            into.push(function);
        }
        op.regions.iter().for_each(|nested| callees(nested, into));
    }
}
