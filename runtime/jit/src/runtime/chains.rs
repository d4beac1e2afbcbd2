//! Chains of elementwise operations, called by machine code.

use std::borrow::Cow;

use qml_ir::host::Type;
use qml_prelude::Value;
use qml_source::bug;
use smallvec::SmallVec;

use super::{Args, guarded, put_values, words_of};
use crate::chain::{Chain, Input, shape, tensor};
use crate::context::Context;
use crate::site::{Site, SiteKind};
use crate::slot::Slot;
use crate::words::to_word;

/// Does the operations of a chain.
pub(super) unsafe extern "C" fn chain(
    context: &mut Context<'_>,
    site: &Site,
    args: *const u64,
    out: *mut u64,
) -> i32 {
    guarded(context, site, |context| {
        let SiteKind::Chain(chain) = &site.kind else { bug!("no chain: {site:?}") };
        // SAFETY: the code stored one word per argument of the site.
        let words = unsafe { words_of(site, args) };
        // SAFETY: the words are those of the site, and live; the code passed room for one word an output.
        if unsafe { in_one_pass(chain, words, site, out) }.is_some() {
            return Ok(());
        }
        let mut inputs = Args::new();
        // SAFETY: the words are those of the site, and only looked at so far.
        unsafe { put_values(&mut inputs, words, site) };
        for (i, result) in chain.run_rows(context.host, &mut inputs)?.into_iter().enumerate() {
            // SAFETY: as above.
            unsafe { *out.add(i) = to_word(result, &site.result) };
        }
        Ok(())
    })
}

/// The vector that a chain makes of the first `count` elements of vectors, in one pass; null where that is not possible.
pub(super) unsafe extern "C" fn map_chain(site: &Site, words: *const u64, count: i64) -> *mut Slot {
    let SiteKind::Chain(chain) = &site.kind else { bug!("no chain: {site:?}") };
    let len = count.max(0) as usize;
    // SAFETY: the code stored one word per argument of the site.
    let words = unsafe { words_of(site, words) };
    let input = |(&word, ty): (&u64, &Type)| {
        if *ty == Type::Float {
            return Some(Input::Scalar(f64::from_bits(word)));
        }
        // SAFETY: a word of a tensor points to its slot, which the code keeps.
        let elements = unsafe { &*(word as *const Slot) }.floats()?;
        elements.get(..len).map(|elements| Input::Elements(elements.as_ptr()))
    };
    let inputs: Option<SmallVec<[Input; 16]>> = words.iter().zip(&site.args).map(input).collect();
    let Some(inputs) = inputs else { return std::ptr::null_mut() };
    // SAFETY: each vector has `len` elements at least.
    let elements = unsafe { chain.run(&inputs, len) }.pop().unwrap_or_default();
    Box::into_raw(Slot::boxed(Value::vector(elements)))
}

/// Where a result of a chain goes.
enum Output {
    /// To the place of an input.
    In(usize),
    /// To new memory.
    New(Vec<f64>),
}

/// Does the operations in one pass, if the tensors have one shape: writes the words of the results, and gives up those that
/// aren't lent. A tensor that is given up, and whose elements nobody else holds, takes a result.
///
/// # Safety
///
/// The words must be those of the site, and live; there is room for the words of the results.
unsafe fn in_one_pass(chain: &Chain, words: &[u64], site: &Site, out: *mut u64) -> Option<()> {
    let is_tensor = |at: usize| site.args[at] != Type::Float;
    // SAFETY: a word of a tensor points to its slot.
    let slot = |at: usize| unsafe { &*(words[at] as *const Slot) };
    let mut like: Option<&Slot> = None;
    let mut tensors: SmallVec<[Option<Cow<'_, [f64]>>; 16]> = SmallVec::new();
    for at in 0..words.len() {
        tensors.push(if is_tensor(at) {
            debug_assert!(matches!(site.args[at], Type::Tensor(..)), "{:?} in a chain", site.args[at]);
            if !like.get_or_insert(slot(at)).has_shape_of(slot(at)) {
                return None;
            }
            Some(slot(at).ordered_floats()?)
        } else {
            None
        });
    }
    let len = tensors.iter().flatten().next()?.len();
    let inputs: SmallVec<[Input; 16]> = tensors
        .iter()
        .zip(words)
        .map(|(elements, &word)| match elements {
            Some(elements) => Input::Elements(elements.as_ptr()),
            None => Input::Scalar(f64::from_bits(word)),
        })
        .collect();

    let is_lent = |at: usize| site.lent.get(at) == Some(&true);
    let is_free = |at: usize| {
        matches!(tensors[at], Some(Cow::Borrowed(_))) && !is_lent(at) && slot(at).has_elements_alone()
    };
    let mut free: SmallVec<[usize; 16]> = (0..words.len()).filter(|&at| is_free(at)).collect();
    let mut results: SmallVec<[Output; 4]> = SmallVec::new();
    for output in 0..chain.outputs.len() {
        let found = free.iter().position(|&input| chain.may_replace(input, output));
        results.push(match found {
            Some(at) => Output::In(free.remove(at)),
            None => Output::New(Vec::with_capacity(len)),
        });
    }
    let place = |result: &mut Output| match result {
        Output::In(at) => slot(*at).data.cast_mut().cast(),
        Output::New(elements) => elements.as_mut_ptr(),
    };
    let places: SmallVec<[*mut f64; 4]> = results.iter_mut().map(place).collect();
    // SAFETY: all tensors have one shape; a result is in memory of its own, or in that of an input that it may replace.
    unsafe { chain.run_to(&inputs, &places, len) };
    drop(tensors);

    let shape = shape(&like?.value);
    let mut is_given_up: SmallVec<[bool; 16]> =
        (0..words.len()).map(|at| is_tensor(at) && !is_lent(at)).collect();
    for (i, result) in results.into_iter().enumerate() {
        let word = match result {
            Output::In(at) => {
                is_given_up[at] = false;
                words[at]
            }
            Output::New(mut elements) => {
                // SAFETY: the chain wrote so many.
                unsafe { elements.set_len(len) };
                to_word(tensor(shape.clone(), elements), &site.result)
            }
        };
        // SAFETY: the code passed room for one word an output.
        unsafe { *out.add(i) = word };
    }
    for (&word, _) in words.iter().zip(&is_given_up).filter(|(_, is_given_up)| **is_given_up) {
        // SAFETY: the code gives the word up, and no result has taken it.
        drop(unsafe { Box::from_raw(word as *mut Slot) });
    }
    Some(())
}
