//! What machine code calls.
//!
//! Every function here is `extern "C"`, gets words, takes over those of owned types, and never unwinds: a fault is left in
//! the context and told by a status.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use qml_ir::evaluate::{binary, empty_tensor, unary};
use qml_ir::host::{BinaryOp, Type, UnaryOp};
use qml_prelude::builtins::power;
use qml_prelude::builtins::vjp::Derivative;
use qml_prelude::random::child_key;
use qml_prelude::room::{self, check_room, check_tape};
use qml_prelude::value::{Array, Element};
use qml_prelude::{BuiltinId, Effect, Fault, Host, Program, Tensor, Value};
use qml_source::{Code, Diagnostic, bug};

use crate::context::Context;
use crate::growing::Growing;
use crate::site::{Site, SiteKind};
use crate::slot::Slot;
use crate::words::{from_word, is_owned, to_word};

mod chains;
mod counts;
mod direct;
mod parts;
mod shortcuts;

use chains::{chain, map_chain};
pub(crate) use counts::Relation;
use counts::{count, count_with};
pub(crate) use direct::Direct;
use direct::{dot, rows_times, sum};
use parts::{part, set_part, view_part};
pub(crate) use shortcuts::Shortcut;

macro_rules! entries {
    ($($variant:ident => $function:expr,)*) => {
        /// A function that machine code calls.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Entry { $($variant,)* }

        impl Entry {
            /// Where it is.
            pub fn address(self) -> usize {
                match self { $(Self::$variant => $function as *const () as usize,)* }
            }
        }
    };
}

entries! {
    Operation => operation,
    Chain => chain,
    MapChain => map_chain,
    Count => count,
    CountWith => count_with,
    Dot => dot,
    RowsTimes => rows_times,
    Sum => sum,
    IntFault => int_fault,
    Interrupted => interrupted,
    TooDeep => too_deep,
    Clone => clone,
    Mix => mix,
    Drop => drop_value,
    BuilderNew => builder_new,
    BuilderPush => builder_push,
    BuilderFinish => builder_finish,
    Ahead => ahead,
    Behind => behind,
    Retry => retry,
    FirstFault => first_fault,
    TapeNew => tape_new,
    TapePush => tape_push,
    TapePop => tape_pop,
    TapeDrop => tape_drop,
    FloatMod => float_mod,
    Pow => f64_pow,
    Sin => f64_sin,
    Cos => f64_cos,
    Exp => f64_exp,
    Log => f64_log,
    Tanh => f64_tanh,
    Unshare => unshare,
    ViewRow => view_row,
    ViewPart => view_part,
    Part => part,
    SetPart => set_part,
    ListPush => list_push,
    GrowingNew => growing_new,
    Grow => grow,
    GrowingStack => growing_stack,
}

/// Runs `work`; a fault or a panic is left in the context.
fn guarded(
    context: &mut Context<'_>,
    site: &Site,
    work: impl FnOnce(&mut Context<'_>) -> Result<(), Fault>,
) -> i32 {
    match catch_unwind(AssertUnwindSafe(|| work(context))) {
        Ok(Ok(())) => 0,
        Ok(Err(fault)) => {
            context.fault = Some(at(fault, site));
            1
        }
        Err(panic) => {
            context.panic = Some(panic);
            1
        }
    }
}

/// The fault with its place, if it has none yet. What is found when a program is run stands in its kernel: then the place
/// is a second one, of the call that runs it.
fn at(mut fault: Fault, site: &Site) -> Fault {
    let runs_programs = matches!(site.kind, SiteKind::Builtin(id) if id.row().effect == Effect::Quantum);
    match fault.primary.as_ref().map(|label| label.span) {
        None => *fault = fault.primary(site.span, ""),
        Some(found) if runs_programs && found != site.span => {
            *fault = fault.secondary(site.span, "run from here");
        }
        Some(_) => {}
    }
    fault
}

/// The words that the code stored for the arguments of a site.
///
/// # Safety
///
/// They must be there, one for each argument, for as long as they are looked at.
unsafe fn words_of<'a>(site: &Site, args: *const u64) -> &'a [u64] {
    match site.args.len() {
        // Then the code passes no place.
        0 => &[],
        // SAFETY: the caller's contract.
        count => unsafe { std::slice::from_raw_parts(args, count) },
    }
}

/// Arguments of an operation; more than so many are rare.
type Args = smallvec::SmallVec<[Value; 6]>;

/// Puts the values of words into `args`: of lent ones a copy, of the others the value itself.
///
/// # Safety
///
/// The words must be those of the site, live, and those that aren't lent not used again.
unsafe fn put_values(args: &mut Args, words: &[u64], site: &Site) {
    args.reserve(words.len());
    for (i, (&word, ty)) in words.iter().zip(&site.args).enumerate() {
        // Each pushes by itself: a value that comes out of a match is written twice, which costs more than all the rest.
        match ty {
            Type::Int => args.push(Value::Int(word as i64)),
            Type::Float => args.push(Value::Float(f64::from_bits(word))),
            // SAFETY: a lent word is of an owned type, so it points to a slot, which the code keeps.
            _ if site.lent.get(i) == Some(&true) => args.push(unsafe { (*(word as *const Slot)).lend() }),
            // SAFETY: the code gives up what it doesn't lend.
            _ => args.push(unsafe { from_word(word, ty) }),
        }
    }
}

/// Does what the site says with its arguments.
unsafe extern "C" fn operation(
    context: &mut Context<'_>,
    site: &Site,
    args: *const u64,
    out: *mut u64,
) -> i32 {
    guarded(context, site, |context| {
        // SAFETY: the code stored one word per argument of the site.
        let words = unsafe { words_of(site, args) };
        // SAFETY: as above.
        if let Some(value) = unsafe { by_shortcut(words, site) } {
            // SAFETY: the code passed room for one word.
            unsafe { *out = to_word(value, &site.result) };
            return Ok(());
        }
        let mut args = Args::new();
        // SAFETY: these are the words that the site tells of.
        unsafe { put_values(&mut args, words, site) };
        let value = match &site.kind {
            SiteKind::Builtin(id) | SiteKind::Shortcut(_, id) => {
                let value = id.row().run(context.host, &mut args);
                if id.row().effect == Effect::Quantum {
                    context.host.result_was_at(site.span);
                }
                value?
            }
            SiteKind::Cotangents(derivative, wanted) => {
                let mut found = cotangents(context.host, derivative, &args)?;
                for (i, &position) in wanted.iter().enumerate() {
                    let word = to_word(std::mem::take(&mut found[position]), &site.result);
                    // SAFETY: the code passed room for one word a cotangent.
                    unsafe { *out.add(i) = word };
                }
                return Ok(());
            }
            SiteKind::Global(index) => context.globals[*index].clone(),
            SiteKind::Tuple => Value::Tuple(args.drain(..).collect()),
            SiteKind::Part(index) => bug!("part {index} of {:?}", args[0]),
            SiteKind::Program(kernel) => {
                Value::Program(Program { kernel: *kernel, args: args.into_vec() }.into())
            }
            SiteKind::Chain(_) | SiteKind::Constant(_) | SiteKind::Int(_) | SiteKind::Plain => {
                bug!("not an operation: {site:?}")
            }
        };
        // SAFETY: the code passed room for one word.
        unsafe { *out = to_word(value, &site.result) };
        Ok(())
    })
}

/// The result of an operation that has a shortcut, if it fits; what isn't lent is then given up.
///
/// # Safety
///
/// The words must be those of the site, live, and if there is a result, those that aren't lent not used again.
unsafe fn by_shortcut(words: &[u64], site: &Site) -> Option<Value> {
    let value = match site.kind {
        // SAFETY: the words are those of the site, whose types the shortcut was found for.
        SiteKind::Shortcut(shortcut, _) => unsafe { shortcut.run(words) },
        // SAFETY: tuples and cotangents are of owned types, so the word points to a slot.
        SiteKind::Part(index) => shortcuts::part(unsafe { &*(words[0] as *const Slot) }, index),
        _ => None,
    }?;
    for (i, &word) in words.iter().enumerate() {
        if is_owned(&site.args[i]) && site.lent.get(i) != Some(&true) {
            // SAFETY: the code gives the word up.
            drop(unsafe { Box::from_raw(word as *mut Slot) });
        }
    }
    Some(value)
}

/// The cotangents of arguments; of the arguments, the result and its cotangent.
fn cotangents(host: &dyn Host, derivative: &Derivative, values: &[Value]) -> Result<Vec<Value>, Fault> {
    let [args @ .., result, cotangent] = values else { bug!("no result with its cotangent") };
    match derivative.run(host, args, result, cotangent) {
        Some(cotangents) => cotangents,
        None => bug!("no {derivative:?}"),
    }
}

/// A random key from another one.
extern "C" fn mix(key: i64, salt: i64) -> i64 {
    child_key(key as u64, salt as u64) as i64
}

/// Tells why an operation on two ints went wrong.
extern "C" fn int_fault(context: &mut Context<'_>, site: &Site, a: i64, b: i64) -> i32 {
    guarded(context, site, |_| {
        let result = match site.kind {
            SiteKind::Int(operator) => binary(operator, &Value::Int(a), &Value::Int(b)),
            SiteKind::Plain => unary(UnaryOp::Neg, &Value::Int(a)),
            _ => bug!("not an int operation: {site:?}"),
        };
        bug!("{:?} of {a} and {b} is {:?}, not a fault", site.kind, result?)
    })
}

extern "C" fn interrupted(context: &mut Context<'_>, site: &Site) -> i32 {
    guarded(context, site, |_| Err(Box::new(Diagnostic::error(Code::Q0699, "the program was interrupted"))))
}

extern "C" fn too_deep(context: &mut Context<'_>, site: &Site) -> i32 {
    guarded(context, site, |_| {
        Err(Box::new(
            Diagnostic::error(Code::Q0698, "calls nest too deeply")
                .help("a recursion needs a case that ends it; a `while` or `for` loop needs no stack"),
        ))
    })
}

/// Work ahead of its turn begins; gives its level.
extern "C" fn ahead(context: &mut Context<'_>) -> u64 {
    context.host.ahead() as u64
}

/// Such work has ended.
extern "C" fn behind(context: &mut Context<'_>, level: u64) {
    context.host.behind(level as usize);
}

/// Such work went wrong: its fault is kept, and all of it is done again. Not after a panic of ours.
extern "C" fn retry(context: &mut Context<'_>, level: u64) -> i32 {
    if context.panic.is_some() {
        return 1;
    }
    context.host.retry(level as usize);
    let fault = context.fault.take().unwrap_or_else(|| bug!("a status without a fault"));
    context.first_faults.push(fault);
    0
}

/// Nothing went wrong when it was done again: the fault is the first one.
extern "C" fn first_fault(context: &mut Context<'_>) {
    context.fault = context.first_faults.pop();
}

/// A copy of an owned word.
unsafe extern "C" fn clone(slot: *mut Slot) -> u64 {
    // SAFETY: the code passes a live pointer of its own.
    Box::into_raw(Box::new(unsafe { (*slot).share() })) as u64
}

/// The same word, of a tensor whose elements nobody else holds.
unsafe extern "C" fn unshare(slot: *mut Slot) -> *mut Slot {
    // SAFETY: the code passes a live pointer of its own.
    unsafe { (*slot).unshare() };
    slot
}

/// Tells at `place` where a row of a matrix is; null if it has no such row.
unsafe extern "C" fn view_row(matrix: &Slot, index: i64, place: *mut Slot) -> *mut Slot {
    let Some(row) = matrix.row(index) else { return std::ptr::null_mut() };
    // SAFETY: the code passes room for a slot. A row holds nothing that would have to be given up.
    unsafe { place.write(row) };
    place
}

/// Puts a scalar at the end of a list that the code owns; in place if nobody else holds it.
unsafe extern "C" fn list_push(context: &mut Context<'_>, site: &Site, list: *mut Slot, word: u64) -> i32 {
    guarded(context, site, |_| {
        // SAFETY: the code passes a live pointer of its own; a scalar's word can be read.
        let (list, item) = unsafe { (&mut (*list).value, from_word(word, &site.args[1])) };
        let Value::List(items) = list else { bug!("no list to push to") };
        let items = Arc::make_mut(items);
        room::grow(items)?;
        items.push(item);
        Ok(())
    })
}

/// An empty list of scalars of the site's argument type.
extern "C" fn growing_new(site: &Site) -> *mut Growing {
    Box::into_raw(Box::new(Growing::new(&site.args[0])))
}

/// Makes room for another item.
extern "C" fn grow(context: &mut Context<'_>, site: &Site, list: &mut Growing) -> i32 {
    guarded(context, site, |_| list.grow())
}

/// The tensor of a list of scalars, which is given up.
unsafe extern "C" fn growing_stack(list: *mut Growing) -> *mut Slot {
    // SAFETY: made by `growing_new`, and given up here.
    let list = unsafe { Box::from_raw(list) };
    Box::into_raw(Slot::boxed(list.into_tensor()))
}

/// Gives up an owned word.
unsafe extern "C" fn drop_value(slot: *mut Slot, context: &mut Context<'_>) {
    // SAFETY: the code gives up its pointer.
    context.spare.keep(unsafe { Box::from_raw(slot) });
}

/// Elements of a tensor that a `map` makes, kept unboxed where they are scalars.
enum Builder {
    Bool(Vec<bool>),
    Int(Vec<i64>),
    Float(Vec<f64>),
    Value(Vec<Value>),
}

/// A builder for so many elements of the site's argument type, or rows of so many of them if that is not -1; and where the code
/// writes those that are scalars.
unsafe extern "C" fn builder_new(
    context: &mut Context<'_>,
    site: &Site,
    count: i64,
    row_len: i64,
    out: *mut [*mut u8; 2],
) -> i32 {
    guarded(context, site, |_| {
        let (count, row_len) =
            (count.max(0) as usize, if row_len == -1 { 1 } else { row_len.max(0) as usize });
        let element_bytes = match site.args[0] {
            Type::Bool => 1,
            Type::Int | Type::Float => 8,
            _ => size_of::<Value>(),
        };
        check_room(&[count, row_len], element_bytes)?;
        let room = count * row_len;
        let mut builder = Box::new(match site.args[0] {
            Type::Bool => Builder::Bool(Vec::with_capacity(room)),
            Type::Int => Builder::Int(Vec::with_capacity(room)),
            Type::Float => Builder::Float(Vec::with_capacity(room)),
            _ => Builder::Value(Vec::with_capacity(room)),
        });
        let elements: *mut u8 = match &mut *builder {
            Builder::Bool(items) => items.as_mut_ptr().cast(),
            Builder::Int(items) => items.as_mut_ptr().cast(),
            Builder::Float(items) => items.as_mut_ptr().cast(),
            Builder::Value(_) => std::ptr::null_mut(),
        };
        // SAFETY: the code passed room for two words.
        unsafe { *out = [Box::into_raw(builder).cast(), elements] };
        Ok(())
    })
}

/// Takes the next element where that is no scalar.
unsafe extern "C" fn builder_push(builder: &mut Builder, site: &Site, word: u64) {
    let Builder::Value(items) = builder else { bug!("scalars are written by the code itself") };
    // SAFETY: the code gives up the word.
    items.push(unsafe { from_word(word, &site.args[0]) });
}

/// Scalars as a tensor, after the code has written so many of them.
pub(crate) fn written<T: Copy>(mut items: Vec<T>, count: i64) -> Array<T> {
    // SAFETY: there is room for so many, and the loop of the code has come to its end.
    unsafe { items.set_len(count.max(0) as usize) };
    ndarray::ArcArray1::from_vec(items).into_dyn()
}

/// So many rows of so many scalars, which the code has written.
fn rows<T: Copy + Element>(mut items: Vec<T>, count: i64, row_len: i64) -> Value {
    let shape = [count, row_len].map(|n| n.max(0) as usize);
    // SAFETY: there is room for so many, and the loops of the code have come to their ends.
    unsafe { items.set_len(shape[0] * shape[1]) };
    match ndarray::Array2::from_shape_vec(shape, items) {
        Ok(array) => Value::from_owned(array),
        Err(error) => bug!("{error}"),
    }
}

/// The tensor of the elements; gives up the builder.
unsafe extern "C" fn builder_finish(
    context: &mut Context<'_>,
    site: &Site,
    builder: *mut Builder,
    count: i64,
    row_len: i64,
    out: *mut u64,
) -> i32 {
    guarded(context, site, |context| {
        // SAFETY: made by `builder_new`, and given up here; the code has written `count` scalars, or as many rows.
        let tensor = match *unsafe { Box::from_raw(builder) } {
            _ if row_len != -1 && count <= 0 => empty_tensor(&site.result),
            Builder::Bool(items) if row_len != -1 => rows(items, count, row_len),
            Builder::Int(items) if row_len != -1 => rows(items, count, row_len),
            Builder::Float(items) if row_len != -1 => rows(items, count, row_len),
            Builder::Bool(items) => Value::Tensor(Tensor::Bool(written(items, count))),
            Builder::Int(items) => Value::Tensor(Tensor::Int(written(items, count))),
            Builder::Float(items) => Value::Tensor(Tensor::Float(written(items, count))),
            Builder::Value(items) if items.is_empty() => empty_tensor(&site.result),
            Builder::Value(mut items) => {
                let row = BuiltinId::find("op.stack").unwrap_or_else(|| bug!("no row op.stack")).row();
                (row.call)(context.host, &mut items)?
            }
        };
        // SAFETY: the code passed room for one word.
        unsafe { *out = to_word(tensor, &site.result) };
        Ok(())
    })
}

type Tape = Vec<u64>;

extern "C" fn tape_new() -> *mut Tape {
    Box::into_raw(Box::default())
}

/// Puts a word of the site's argument type on the tape, which holds it from then on.
unsafe extern "C" fn tape_push(context: &mut Context<'_>, site: &Site, tape: &mut Tape, word: u64) -> i32 {
    if tape.len() == tape.capacity() && guarded(context, site, |_| grow_tape(tape, &site.args[0])) != 0 {
        return 1;
    }
    tape.push(word);
    0
}

/// Twice the room, if there is memory for so many more values.
fn grow_tape(tape: &mut Tape, ty: &Type) -> Result<(), Fault> {
    let n_values = 2 * tape.len().max(32);
    let value_bytes = size_of::<u64>() + if is_owned(ty) { size_of::<Slot>() } else { 0 };
    check_tape(n_values, value_bytes)?;
    tape.reserve(n_values - tape.len());
    Ok(())
}

/// Takes the last word off the tape. The way back takes what the way forward put, so there is one.
unsafe extern "C" fn tape_pop(tape: &mut Tape) -> u64 {
    tape.pop().unwrap_or_else(|| bug!("more was taken off a tape than put on it"))
}

unsafe extern "C" fn tape_drop(tape: *mut Tape) {
    // SAFETY: made by `tape_new`, and given up here.
    let tape = unsafe { Box::from_raw(tape) };
    debug_assert!(tape.is_empty(), "a tape that was not read to its end");
}

extern "C" fn float_mod(a: f64, b: f64) -> f64 {
    match binary(BinaryOp::Mod, &Value::Float(a), &Value::Float(b)) {
        Ok(Value::Float(remainder)) => remainder,
        other => bug!("{a} % {b} is {other:?}"),
    }
}
extern "C" fn f64_pow(a: f64, b: f64) -> f64 {
    power(a, b)
}
extern "C" fn f64_sin(x: f64) -> f64 {
    x.sin()
}
extern "C" fn f64_cos(x: f64) -> f64 {
    x.cos()
}
extern "C" fn f64_exp(x: f64) -> f64 {
    x.exp()
}
extern "C" fn f64_log(x: f64) -> f64 {
    x.ln()
}
extern "C" fn f64_tanh(x: f64) -> f64 {
    x.tanh()
}
