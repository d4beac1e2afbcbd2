//! Chains of elementwise operations, called by machine code.

use std::borrow::Cow;

use qml_ir::host::Type;
use qml_prelude::Value;
use qml_source::bug;
use smallvec::SmallVec;

use super::{guarded, values, words_of};
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
        // SAFETY: the words are those of the site, and used once: where they are looked at first, they are still held.
        let results = match unsafe { in_one_pass(chain, words, site) } {
            Some(results) => {
                // SAFETY: as above.
                drop(unsafe { values(words, site) });
                results
            }
            None => {
                // SAFETY: as above.
                let mut inputs = unsafe { values(words, site) };
                chain.run_rows(context.host, &mut inputs)?
            }
        };
        for (i, result) in results.into_iter().enumerate() {
            // SAFETY: the code passed room for one word an output.
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
        elements.get(..len).map(Input::Elements)
    };
    let inputs: Option<SmallVec<[Input<'_>; 8]>> = words.iter().zip(&site.args).map(input).collect();
    let Some(inputs) = inputs else { return std::ptr::null_mut() };
    let elements = chain.run(&inputs, len).pop().unwrap_or_default();
    Box::into_raw(Box::new(Slot::new(Value::vector(elements))))
}

/// The results of a chain in one pass, if its tensors have one shape.
///
/// # Safety
///
/// The words must be those of the site, and live.
unsafe fn in_one_pass(chain: &Chain, words: &[u64], site: &Site) -> Option<Vec<Value>> {
    let mut like: Option<&Slot> = None;
    let mut tensors: SmallVec<[Cow<'_, [f64]>; 8]> = SmallVec::new();
    for (&word, ty) in words.iter().zip(&site.args).filter(|(_, ty)| **ty != Type::Float) {
        debug_assert!(matches!(ty, Type::Tensor(..)), "{ty:?} in a chain");
        // SAFETY: a word of a tensor points to its slot.
        let slot = unsafe { &*(word as *const Slot) };
        if !like.get_or_insert(slot).has_shape_of(slot) {
            return None;
        }
        tensors.push(slot.ordered_floats()?);
    }
    let len = tensors.first()?.len();
    let mut elements = tensors.iter();
    let input = |(&word, ty): (&u64, &Type)| match ty {
        Type::Float => Some(Input::Scalar(f64::from_bits(word))),
        _ => elements.next().map(|elements| Input::Elements(elements)),
    };
    let inputs: SmallVec<[Input<'_>; 8]> = words.iter().zip(&site.args).filter_map(input).collect();
    let shape = shape(&like?.value);
    Some(chain.run(&inputs, len).into_iter().map(|elements| tensor(shape.clone(), elements)).collect())
}
