//! What the host sees. Only here is `unsafe`.
#![allow(unsafe_code, reason = "exported names, and one area for the whole instance")]

use crate::Area;
use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::unreachable;
use core::cell::UnsafeCell;

struct Instance(UnsafeCell<Area>);

// SAFETY: a module without atomics and shared memory is run by one thread.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance(UnsafeCell::new(Area::empty()));

// SAFETY (all of these): no other export and no import has the name.

#[unsafe(no_mangle)]
extern "C" fn area() -> *mut Area {
    let area = INSTANCE.0.get();
    // SAFETY: as in `tell`.
    unsafe { &mut *area }.begin();
    area
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn tell(area: *mut Area, input: u32, attempt: u32, value: u32, now: u32) -> u32 {
    // SAFETY: the host hands in what `area` gave. Nothing else is lent out: nothing that is imported calls an export, so no two calls run at once, and one that trapped does not go on.
    // What the host wrote there is zeros, words that it read there, and words that may be any number; none of them is a wrong value.
    let area = unsafe { &mut *area };
    area.tell(input, attempt, value, now).into()
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn poll(area: *mut Area) -> u32 {
    // SAFETY: as in `tell`.
    unsafe { &mut *area }.poll()
}

#[unsafe(no_mangle)]
extern "C" fn read(area: *mut Area, size: u32) -> u32 {
    // SAFETY: as in `tell`.
    unsafe { &mut *area }.read(size)
}

/// Nothing here allocates, but `alloc` asks for it.
struct NoMemory;

#[global_allocator]
static NO_MEMORY: NoMemory = NoMemory;

// SAFETY: it never gives any.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        unreachable()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
