//! A small allocator: blocks of power-of-two sizes, a list of free ones for each size, and new ones from the end of memory.
//!
//! Why this one: what is allocated are a few buffers per source that grow by doubling, so the sizes are powers of two anyway. A freed block is
//! found again at once, nothing is searched or joined, and memory is flat as soon as each size had its peak. The price is that a block serves
//! one size only; an instance that grew large is dropped by its host when idle.
#![allow(unsafe_code, reason = "an allocator hands out raw memory")]

use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size, unreachable};
use core::cell::Cell;
use core::ptr::{self, NonNull};

struct Blocks {
    /// The end of what was ever handed out; 0 before the first block.
    end: Cell<usize>,
    /// The first free block of each size; each holds the address of the next.
    free: [Cell<Option<NonNull<u8>>>; SIZES],
}

#[global_allocator]
static BLOCKS: Blocks = Blocks { end: Cell::new(0), free: [const { Cell::new(None) }; SIZES] };

// SAFETY: a module without atomics and shared memory is run by one thread.
unsafe impl Sync for Blocks {}

// SAFETY: a block is in no list while it is handed out, blocks do not overlap, and each is as large as its size says and aligned to the least
// size, which no layout of ours exceeds (others trap).
unsafe impl GlobalAlloc for Blocks {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > LEAST {
            unreachable();
        }
        self.block(layout.size()).as_ptr()
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if let Some(free) = self.free.get(size_index(layout.size())) {
            // SAFETY: the caller gives the block back, and each is large enough and aligned for an address.
            unsafe { block.cast::<Option<NonNull<u8>>>().write(free.get()) };
            free.set(NonNull::new(block));
        }
    }
}

impl Blocks {
    // Inlined at each place this and `dealloc` take a lot of code.
    #[inline(never)]
    fn block(&self, size: usize) -> NonNull<u8> {
        let size = size_index(size);
        let Some(free) = self.free.get(size) else {
            unreachable();
        };
        match free.get() {
            Some(block) => {
                // SAFETY: a block in a list is ours, large enough and aligned for an address, and `dealloc` wrote one there.
                free.set(unsafe { block.cast::<Option<NonNull<u8>>>().read() });
                block
            }
            None => self.extend(LEAST << size),
        }
    }

    fn extend(&self, size: usize) -> NonNull<u8> {
        let memory = memory_size(0) * PAGE;
        let start = match self.end.get() {
            0 => (&raw const __heap_base).addr().next_multiple_of(LEAST),
            end => end,
        };
        let Some(end) = start.checked_add(size) else {
            unreachable();
        };
        if end > memory && memory_grow(0, (end - memory).div_ceil(PAGE)) == usize::MAX {
            unreachable();
        }
        self.end.set(end);
        // The linker's and the engine's memory, of which Rust knows nothing yet.
        let block = ptr::with_exposed_provenance_mut::<u8>(start);
        // SAFETY: the heap does not begin at 0.
        unsafe { NonNull::new_unchecked(block) }
    }
}

/// So many zeros. As `vec![0; size]`, but that what would be said where there is no more memory takes more code than this.
pub(crate) fn zeros(size: usize) -> Vec<u8> {
    let Ok(layout) = Layout::array::<u8>(size.max(1)) else {
        unreachable();
    };
    // SAFETY: the size is not 0.
    let zeros = unsafe { BLOCKS.alloc_zeroed(layout) };
    // SAFETY: they were allocated as a vector with so much room allocates, and are initialized.
    unsafe { Vec::from_raw_parts(zeros, size, size.max(1)) }
}

// SAFETY: the linker defines it: where nothing of its own lies any more. Only its address is of use.
unsafe extern "C" {
    safe static __heap_base: u8;
}

/// The index of the least size that holds so many bytes.
fn size_index(size: usize) -> usize {
    (usize::BITS - (size.saturating_sub(1) / LEAST).leading_zeros()) as usize
}

const LEAST: usize = 16;
/// Up to 1 GiB.
const SIZES: usize = 27;
const PAGE: usize = 65_536;
