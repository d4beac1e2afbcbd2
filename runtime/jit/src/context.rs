//! Compiled code, and what it carries while it runs.

use std::any::Any;
use std::panic::resume_unwind;
use std::sync::atomic::AtomicBool;

use cranelift::jit::JITModule;
use qml_ir::evaluate::constant_value;
use qml_ir::host::{Function, FunctionId, Module, OpKind, Type, ValueId};
use qml_prelude::{Fault, Host, Value};
use rustc_hash::FxHashMap;

use crate::codegen;
use crate::site::Site;
use crate::spare::Spare;
use crate::words::{from_word, to_word};

/// What machine code holds a pointer to. The first two fields are read by it at fixed offsets.
#[repr(C)]
pub(crate) struct Context<'a> {
    /// No function starts below this address of the stack.
    pub stack_limit: usize,
    /// True when the program was asked to stop.
    pub interrupt: *const AtomicBool,
    /// The world outside.
    pub host: &'a mut dyn Host,
    /// Constants and parameters of the program.
    pub globals: &'a [Value],
    /// Why a status is not zero.
    pub fault: Option<Fault>,
    /// Faults of work ahead of its turn that is done again, latest last.
    pub first_faults: Vec<Fault>,
    /// Tensors that were given up, for results to come.
    pub spare: Spare,
    /// A panic of ours, on its way around the machine code.
    pub panic: Option<Box<dyn Any + Send>>,
}

/// Machine code: a function takes the context, its arguments as words, and where its results go; gives 0 or 1 for a fault.
pub(crate) type Code = unsafe extern "C" fn(*mut Context<'_>, *const u64, *mut u64) -> i32;

/// A module as machine code.
pub struct Compiled {
    functions: FxHashMap<FunctionId, Entry>,
    /// The results of roots that compute nothing: most constants and parameters of a program.
    constants: FxHashMap<FunctionId, Vec<Value>>,
    // Held because the code refers to it; freed when this is dropped.
    module: Option<JITModule>,
    #[expect(clippy::vec_box, reason = "machine code holds the addresses")]
    _sites: Vec<Box<Site>>,
}

struct Entry {
    code: Code,
    params: Vec<Type>,
    results: Vec<Type>,
}

/// What a call needs besides its arguments.
pub struct Call<'a> {
    /// The world outside.
    pub host: &'a mut dyn Host,
    /// Values of the module's globals; those initialised so far.
    pub globals: &'a [Value],
    /// Set it to stop the program.
    pub interrupt: &'a AtomicBool,
    /// How many bytes of the current thread's stack the code may use.
    pub stack_bytes: usize,
}

impl Compiled {
    /// Compiles the functions that `roots` need, which must be differentiated already, on up to `threads` threads.
    pub fn new(module: &Module, roots: &[FunctionId], threads: usize) -> Self {
        let known = |&id: &FunctionId| Some((id, constants(module.function(id))?));
        let constants: FxHashMap<FunctionId, Vec<Value>> = roots.iter().filter_map(known).collect();
        let roots: Vec<FunctionId> = roots.iter().copied().filter(|id| !constants.contains_key(id)).collect();
        let code = codegen::compile(module, &roots, threads);
        let functions = code
            .entries
            .into_iter()
            .map(|(id, code)| {
                let function = module.function(id);
                let params = function.body.params.iter().map(|&p| function.ty(p).clone()).collect();
                (id, Entry { code, params, results: function.results.clone() })
            })
            .collect();
        Self { functions, constants, module: Some(code.module), _sites: code.sites }
    }

    /// Calls a function. Values of the results in order, or the fault with its place.
    ///
    /// What the functions on the way to a fault held is not given back: a fault ends a run, and code that frees
    /// everything at each place that can fail would be longer than the program.
    ///
    /// # Panics
    ///
    /// On a panic of a built-in function or of `host`, which comes out here, and if the arguments are not those of the
    /// function.
    pub fn call(&self, function: FunctionId, args: Vec<Value>, call: Call<'_>) -> Result<Vec<Value>, Fault> {
        if let Some(values) = self.constants.get(&function) {
            return Ok(values.clone());
        }
        let Call { host, globals, interrupt, stack_bytes } = call;
        let entry = &self.functions[&function];
        assert_eq!(args.len(), entry.params.len(), "number of arguments");
        let here = std::ptr::from_ref(&entry).addr();
        let mut context = Context {
            stack_limit: here.saturating_sub(stack_bytes),
            interrupt,
            host,
            globals,
            fault: None,
            first_faults: Vec::new(),
            spare: Spare::default(),
            panic: None,
        };
        let words: Vec<u64> = args.into_iter().zip(&entry.params).map(|(v, ty)| to_word(v, ty)).collect();
        let mut out = vec![0; entry.results.len()];
        // SAFETY: the code was compiled for these parameter and result types, and lives as long as `self`.
        let status = unsafe { (entry.code)(&raw mut context, words.as_ptr(), out.as_mut_ptr()) };
        if let Some(panic) = context.panic {
            resume_unwind(panic);
        }
        if let Some(fault) = context.fault {
            return Err(fault);
        }
        assert_eq!(status, 0, "a status without a fault");
        // SAFETY: the code wrote one word per result, each owned by us now.
        Ok(out.iter().zip(&entry.results).map(|(&word, ty)| unsafe { from_word(word, ty) }).collect())
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        if let Some(module) = self.module.take() {
            // SAFETY: code pointers are private to this value and no call is running.
            unsafe { module.free_memory() };
        }
    }
}

/// The results of a function that is made of constants.
fn constants(function: &Function) -> Option<Vec<Value>> {
    let values = function.body.ops.iter().map(|op| match &op.kind {
        OpKind::Const(constant) => Some((op.results[0], constant_value(constant))),
        _ => None,
    });
    let values: FxHashMap<ValueId, Value> = values.collect::<Option<_>>()?;
    function.body.yields.iter().map(|result| values.get(result).cloned()).collect()
}
