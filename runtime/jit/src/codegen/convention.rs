//! How compiled functions call each other, and how they are called from outside.
//!
//! Among themselves words are in registers: the context and the arguments; back come a status, and the result if there is one
//! only. Several results go to memory, whose address is the last argument. From outside all words are in memory
//! ([`crate::context::Code`]), and a root has an entry that fetches them.

use std::mem::offset_of;

use cranelift::codegen::ir::{self, ExtFuncData, ExternalName, FuncRef, UserExternalName};
use cranelift::codegen::isa::CallConv;
use cranelift::module::FuncId;
use cranelift::prelude::isa::TargetIsa;
use cranelift::prelude::*;
use qml_ir::host::{Function, FunctionId, Op, Type as HostType};
use qml_source::{Span, bug};

use super::function::{POINTER, Translator, register};
use crate::context::Context;
use crate::runtime::Entry;

/// The signature among compiled functions.
pub(super) fn signature(function: &Function) -> Signature {
    // It has two registers for what comes back, wherever we are.
    let mut signature = Signature::new(CallConv::SystemV);
    signature.params.push(AbiParam::new(POINTER));
    let params = function.body.params.iter().map(|&param| function.ty(param));
    signature.params.extend(params.map(|ty| AbiParam::new(register(ty))));
    signature.returns.push(AbiParam::new(types::I32));
    match function.results.as_slice() {
        [] => {}
        [result] => signature.returns.push(AbiParam::new(register(result))),
        _ => signature.params.push(AbiParam::new(POINTER)),
    }
    signature
}

/// The signature from outside: context, arguments, results; gives a status.
pub(super) fn outer_signature(isa: &dyn TargetIsa) -> Signature {
    let mut signature = Signature::new(isa.default_call_conv());
    signature.params = vec![AbiParam::new(POINTER); 3];
    signature.returns = vec![AbiParam::new(types::I32)];
    signature
}

/// Makes `code`, which has the signature from outside, call a compiled function.
pub(super) fn translate_entry(
    function: &Function,
    declared: FuncId,
    isa: &dyn TargetIsa,
    code: &mut ir::Function,
    frontend: &mut FunctionBuilderContext,
) {
    let mut builder = FunctionBuilder::new(code, frontend);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let [context, args, out] = *builder.block_params(entry) else { bug!("not our signature") };
    let mut words = vec![context];
    for (i, &param) in function.body.params.iter().enumerate() {
        words.push(load_word(&mut builder, function.ty(param), args, i));
    }
    if function.results.len() > 1 {
        words.push(out);
    }
    let reference = import(&mut builder, function, declared);
    let call = builder.ins().call(reference, &words);
    let returned = builder.inst_results(call).to_vec();
    if let Some(&result) = returned.get(1) {
        store_word(&mut builder, &function.results[0], result, out, 0);
    }
    builder.ins().return_(&returned[..1]);
    builder.seal_all_blocks();
    builder.finalize(isa.frontend_config());
}

fn import(builder: &mut FunctionBuilder<'_>, function: &Function, declared: FuncId) -> FuncRef {
    let signature = builder.import_signature(signature(function));
    let name = UserExternalName { namespace: 0, index: declared.as_u32() };
    let name = ExternalName::user(builder.func.declare_imported_user_function(name));
    builder.import_function(ExtFuncData { name, signature, colocated: true, patchable: false })
}

pub(super) fn load_word(
    builder: &mut FunctionBuilder<'_>,
    ty: &HostType,
    address: Value,
    index: usize,
) -> Value {
    builder.ins().load(register(ty), MemFlagsData::trusted(), address, index as i32 * 8)
}

pub(super) fn store_word(
    builder: &mut FunctionBuilder<'_>,
    ty: &HostType,
    word: Value,
    address: Value,
    index: usize,
) {
    let word = if *ty == HostType::Bool { builder.ins().uextend(types::I64, word) } else { word };
    builder.ins().store(MemFlagsData::trusted(), word, address, index as i32 * 8);
}

impl Translator<'_, '_> {
    /// Begins the function: looks whether it may run, and tells the words of its parameters. Gives the address for several results.
    pub(super) fn enter(&mut self, entry: Block) -> Option<Value> {
        self.check_stack(self.function.span);
        // Recursion can take as long as a loop.
        self.check_interrupt(self.function.span);
        let words = &self.b.block_params(entry)[1..];
        let params = &self.function.body.params;
        self.values.extend(params.iter().copied().zip(words.iter().copied()));
        words.get(params.len()).copied()
    }

    /// Ends the function with these results, and makes the end for its faults.
    pub(super) fn leave(mut self, results: &[Value], out: Option<Value>) -> Vec<Block> {
        let mut returned = vec![self.b.ins().iconst(types::I32, 0)];
        match out {
            Some(out) => {
                for (i, (&word, ty)) in results.iter().zip(&self.function.results).enumerate() {
                    store_word(&mut self.b, ty, word, out, i);
                }
            }
            None => returned.extend(results),
        }
        self.b.ins().return_(&returned);
        self.b.switch_to_block(self.failed);
        returned[0] = self.b.ins().iconst(types::I32, 1);
        if let Some(result) = returned.get_mut(1) {
            // Nobody looks at it.
            *result = match self.b.func.dfg.value_type(*result) {
                types::F64 => self.b.ins().f64const(0.0),
                ty => self.b.ins().iconst(ty, 0),
            };
        }
        self.b.ins().return_(&returned);
        self.b.seal_all_blocks();
        self.b.finalize(self.isa.frontend_config());
        self.operations
    }

    pub(super) fn call(&mut self, callee: FunctionId, args: &[Value], op: &Op) -> Vec<Value> {
        let (status, results) = self.call_function(callee, args);
        self.fail_if(status);
        debug_assert_eq!(results.len(), op.results.len());
        results
    }

    /// Calls a compiled function; gives its status, and the results that it has if that is zero.
    pub(super) fn call_function(&mut self, callee: FunctionId, args: &[Value]) -> (Value, Vec<Value>) {
        let compiled = &self.functions[&callee];
        let results = &compiled.function.results;
        let reference = match self.imported.get(&callee) {
            Some(&reference) => reference,
            None => {
                let reference = import(&mut self.b, &compiled.function, compiled.id);
                self.imported.insert(callee, reference);
                reference
            }
        };
        let mut words = vec![self.context];
        words.extend(args);
        if results.len() <= 1 {
            let call = self.b.ins().call(reference, &words);
            let returned = self.b.inst_results(call);
            return (returned[0], returned[1..].to_vec());
        }
        let out = self.room(results.len());
        words.push(out);
        let call = self.b.ins().call(reference, &words);
        let status = self.b.inst_results(call)[0];
        let word = |(i, ty)| load_word(&mut self.b, ty, out, i);
        (status, results.iter().enumerate().map(word).collect())
    }

    fn check_stack(&mut self, span: Span) {
        let offset = offset_of!(Context<'_>, stack_limit) as i32;
        let limit = self.b.ins().load(POINTER, MemFlagsData::trusted(), self.context, offset);
        let here = self.b.ins().get_stack_pointer(POINTER);
        let below = self.b.ins().icmp(IntCC::UnsignedLessThan, here, limit);
        self.fault_if(below, Entry::TooDeep, |this| {
            vec![this.context, this.plain_site(Vec::new(), HostType::Unit, span)]
        });
    }
}
