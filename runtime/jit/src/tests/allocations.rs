//! Counts what the current thread holds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static LARGE: Cell<u64> = const { Cell::new(0) };
}

/// An allocation of at least this many bytes is large.
pub(super) const LARGE_BYTES: usize = 1 << 16;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is the system's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        _ = LIVE.try_with(|live| live.set(live.get() + 1));
        if layout.size() >= LARGE_BYTES {
            _ = LARGE.try_with(|large| large.set(large.get() + 1));
        }
        // SAFETY: the caller keeps the system's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        _ = LIVE.try_with(|live| live.set(live.get() - 1));
        // SAFETY: the caller keeps the system's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Allocations of this thread that are not freed yet.
pub(super) fn live() -> i64 {
    LIVE.get()
}

/// Large allocations that this thread ever made.
pub(super) fn large() -> u64 {
    LARGE.get()
}
