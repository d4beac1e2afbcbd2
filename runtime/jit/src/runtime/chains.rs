//! Chains of elementwise operations, called by machine code.

use std::borrow::Cow;

use qml_ir::host::Type;
use qml_source::bug;
use smallvec::SmallVec;

use super::{Args, guarded, put_values, words_of};
use crate::chain::{Chain, Input};
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
        if unsafe { in_one_pass(context, chain, words, site, out) }.is_some() {
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
pub(super) unsafe extern "C" fn map_chain(
    context: &mut Context<'_>,
    site: &Site,
    words: *const u64,
    count: i64,
) -> *mut Slot {
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
    let inputs: Option<Inputs> = words.iter().zip(&site.args).map(input).collect();
    let Some(inputs) = inputs else { return std::ptr::null_mut() };
    let mut output = Output::new(context, &[len]);
    // SAFETY: each vector has `len` elements at least, and the output has memory of its own for as many.
    unsafe { chain.run_to(&inputs, &[output.place()], len) };
    // SAFETY: the chain wrote so many.
    unsafe { output.into_slot(&[len]) }
}

/// Operands of a chain; more than so many are rare.
type Inputs = SmallVec<[Input; 8]>;

/// Where a result of a chain goes.
enum Output {
    /// To the place of an input, which the code gives up.
    In(*mut Slot),
    /// To a tensor that was given up before.
    Spare(Box<Slot>),
    /// To new memory.
    New(Vec<f64>),
}

impl Output {
    /// A place for a tensor that takes that of no input.
    fn new(context: &mut Context<'_>, lens: &[usize]) -> Self {
        match context.spare.take(lens) {
            Some(slot) => Self::Spare(slot),
            None => Self::New(Vec::with_capacity(lens.iter().product())),
        }
    }

    fn place(&mut self) -> *mut f64 {
        match self {
            // SAFETY: the code has this slot until the chain gives it up.
            Self::In(slot) => unsafe { (**slot).data.cast_mut().cast() },
            Self::Spare(slot) => slot.data.cast_mut().cast(),
            Self::New(elements) => elements.as_mut_ptr(),
        }
    }

    /// The tensor.
    ///
    /// # Safety
    ///
    /// All elements have been written.
    unsafe fn into_slot(self, lens: &[usize]) -> *mut Slot {
        match self {
            Self::In(slot) => slot,
            Self::Spare(slot) => Box::into_raw(slot),
            Self::New(mut elements) => {
                // SAFETY: the caller's contract; there is room for them.
                unsafe { elements.set_len(lens.iter().product()) };
                Box::into_raw(Slot::of_floats(lens, elements))
            }
        }
    }
}

/// Does the operations in one pass, if the tensors have one shape: writes the words of the results, and gives up those that
/// aren't lent. A tensor that is given up, and whose elements nobody else holds, takes a result.
///
/// # Safety
///
/// The words must be those of the site, and live; there is room for the words of the results.
unsafe fn in_one_pass(
    context: &mut Context<'_>,
    chain: &Chain,
    words: &[u64],
    site: &Site,
    out: *mut u64,
) -> Option<()> {
    let is_tensor = |at: usize| site.args[at] != Type::Float;
    // SAFETY: a word of a tensor points to its slot.
    let slot = |at: usize| unsafe { &*(words[at] as *const Slot) };
    let mut like: Option<&Slot> = None;
    let mut inputs = Inputs::new();
    // Elements that didn't lie in order, copied, and whose they are.
    let mut copies: Vec<(usize, Vec<f64>)> = Vec::new();
    for (at, &word) in words.iter().enumerate() {
        inputs.push(if is_tensor(at) {
            debug_assert!(matches!(site.args[at], Type::Tensor(..)), "{:?} in a chain", site.args[at]);
            if !like.get_or_insert(slot(at)).has_shape_of(slot(at)) {
                return None;
            }
            match slot(at).ordered_floats()? {
                Cow::Borrowed(elements) => Input::Elements(elements.as_ptr()),
                Cow::Owned(copy) => {
                    let elements = Input::Elements(copy.as_ptr());
                    copies.push((at, copy));
                    elements
                }
            }
        } else {
            Input::Scalar(f64::from_bits(word))
        });
    }
    let lens = like?.lens();

    let is_given_up = |at: usize| is_tensor(at) && site.lent.get(at) != Some(&true);
    let is_in_order = |at: usize| copies.iter().all(|(copied, _)| *copied != at);
    let mut taken: SmallVec<[usize; 4]> = SmallVec::new();
    let mut results: SmallVec<[Output; 4]> = SmallVec::new();
    for output in 0..chain.outputs.len() {
        let may_take = |at: &usize| {
            is_given_up(*at)
                && !taken.contains(at)
                && chain.may_replace(*at, output)
                && slot(*at).has_elements_alone()
                && is_in_order(*at)
        };
        results.push(match (0..words.len()).find(may_take) {
            Some(at) => {
                taken.push(at);
                Output::In(words[at] as *mut Slot)
            }
            None => Output::new(context, &lens),
        });
    }
    let places: SmallVec<[*mut f64; 4]> = results.iter_mut().map(Output::place).collect();
    // SAFETY: all tensors have one shape; a result is in memory of its own, or in that of an input that it may replace.
    unsafe { chain.run_to(&inputs, &places, lens.iter().product()) };
    drop(copies);

    for (i, result) in results.into_iter().enumerate() {
        // SAFETY: the chain wrote all elements; the code passed room for one word an output.
        unsafe { *out.add(i) = result.into_slot(&lens) as u64 };
    }
    for at in (0..words.len()).filter(|&at| is_given_up(at) && !taken.contains(&at)) {
        // SAFETY: the code gives the word up, and no result has taken it.
        context.spare.keep(unsafe { Box::from_raw(words[at] as *mut Slot) });
    }
    Some(())
}
