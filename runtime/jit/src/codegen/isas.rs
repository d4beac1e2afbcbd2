//! How much Cranelift does for a function.
//!
//! Most functions of a program ask the runtime for operations on values, which take their time; of what is between them nobody
//! notices how good it is, and to compile it without optimizations, with registers allocated in one pass, takes a third of the time.
//! Where a function computes by itself, a loop that calls nothing or all of a recursion, Cranelift does all it can; but not for
//! a list that `main` makes once.

use cranelift::codegen::dominator_tree::DominatorTree;
use cranelift::codegen::flowgraph::ControlFlowGraph;
use cranelift::codegen::ir::Function;
use cranelift::codegen::isa::{OwnedTargetIsa, TargetIsa};
use cranelift::codegen::loop_analysis::LoopAnalysis;
use cranelift::prelude::*;
use qml_source::bug;

/// The machine code of this processor, in two ways. Both ways of functions call each other.
pub(super) struct Isas {
    /// Code that is fast.
    pub fast: OwnedTargetIsa,
    /// Code that is made fast.
    pub plain: OwnedTargetIsa,
}

impl Isas {
    pub fn new() -> Self {
        Self { fast: isa("speed", "backtracking"), plain: isa("none", "single_pass") }
    }

    /// The way that fits a function which asks the runtime for operations in these blocks.
    pub fn fitting(&self, function: &Function, operations: &[Block]) -> &dyn TargetIsa {
        if computes(function, operations) { &*self.fast } else { &*self.plain }
    }
}

/// Whether there is a loop without operations of the runtime, but those of rare cases; or there are none at all.
fn computes(function: &Function, operations: &[Block]) -> bool {
    let mut usual = operations.iter().filter(|&&block| !function.layout.is_cold(block)).peekable();
    if usual.peek().is_none() {
        return true;
    }
    let flow = ControlFlowGraph::with_function(function);
    let mut loops = LoopAnalysis::new();
    loops.compute(function, &flow, &DominatorTree::with_function(function, &flow));
    let mut is_slow = vec![false; loops.loops().len()];
    for &block in usual {
        let mut around = loops.innermost_loop(block);
        while let Some(found) = around {
            is_slow[found.index()] = true;
            around = loops.loop_parent(found);
        }
    }
    is_slow.contains(&false)
}

fn isa(opt_level: &str, regalloc_algorithm: &str) -> OwnedTargetIsa {
    let checks = if cfg!(debug_assertions) { "true" } else { "false" };
    let mut flags = settings::builder();
    for (name, value) in [
        ("opt_level", opt_level),
        ("regalloc_algorithm", regalloc_algorithm),
        ("regalloc_checker", if cfg!(test) { "true" } else { "false" }),
        ("enable_verifier", checks),
        ("is_pic", "false"),
        ("unwind_info", "false"),
        ("preserve_frame_pointers", "true"),
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        // Where a loop lies in its cache lines makes up to a third of its time; so that depends on its function alone.
        ("log2_min_function_alignment", "6"),
    ] {
        if let Err(error) = flags.set(name, value) {
            bug!("setting {name}: {error}");
        }
    }
    match cranelift::native::builder().map(|builder| builder.finish(settings::Flags::new(flags))) {
        Ok(Ok(isa)) => isa,
        Ok(Err(error)) => bug!("no machine code for this processor: {error}"),
        Err(error) => bug!("no machine code for this processor: {error}"),
    }
}
