//! What the host sees. Only here and in the allocator is `unsafe`.
#![allow(unsafe_code, reason = "exported names, and one realm for the whole instance")]

use crate::Realm;
#[cfg(feature = "class")]
use crate::Source;
use alloc::boxed::Box;
use core::arch::wasm32::unreachable;
use core::cell::{Cell, UnsafeCell};
#[cfg(feature = "class")]
use core::mem::MaybeUninit;
use tidings_core::EventStream;

struct Instance {
    /// A call is under way, or trapped and never returned.
    busy: Cell<bool>,
    realm: UnsafeCell<Realm>,
}

// SAFETY: a module without atomics and shared memory is run by one thread.
unsafe impl Sync for Instance {}

static INSTANCE: Instance = Instance { busy: Cell::new(false), realm: UnsafeCell::new(Realm::new()) };

fn enter<Result>(call: impl FnOnce(&mut Realm) -> Result) -> Result {
    if INSTANCE.busy.replace(true) {
        unreachable();
    }
    // SAFETY: nobody else has a reference: it would have to live in another call of this function, which would have set `busy`.
    let result = call(unsafe { &mut *INSTANCE.realm.get() });
    INSTANCE.busy.set(false);
    result
}

// SAFETY (all of these): no other export and no import has the name.

#[unsafe(no_mangle)]
extern "C" fn stamp() -> u32 {
    tidings_core::STAMP
}

#[unsafe(no_mangle)]
extern "C" fn prepare(size: u32) -> u32 {
    enter(|realm| realm.prepare(size as usize).as_mut_ptr() as u32)
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn connect() -> *mut Source {
    Box::into_raw(Box::write(Box::new_uninit(), Source::unset()))
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn tell(source: *mut Source, input: u32, attempt: u32, value: u32, size: u32, now: u32) -> u32 {
    // SAFETY: the host hands in what `connect` gave, and nothing that it released; no two calls run at once.
    let source = unsafe { &mut *source };
    enter(|realm| realm.tell(source, input, attempt, value, size as usize, now))
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn poll(source: *mut Source) -> u32 {
    // SAFETY: as in `tell`.
    let source = unsafe { &mut *source };
    enter(|_| source.poll())
}

#[cfg(feature = "class")]
#[unsafe(no_mangle)]
extern "C" fn release(source: *mut Source) {
    // SAFETY: the host hands in what `connect` gave, once.
    unsafe { &mut *source }.close();
    // SAFETY: the same; what it owned it gave back.
    drop(unsafe { Box::from_raw(source.cast::<MaybeUninit<Source>>()) });
}

#[unsafe(no_mangle)]
extern "C" fn open(limit: u32) -> *mut EventStream {
    Box::into_raw(Box::new(EventStream::with_limit(Some(limit as usize))))
}

#[unsafe(no_mangle)]
extern "C" fn read(stream: *mut EventStream, size: u32) -> u32 {
    // SAFETY: the host hands in what `open` gave, and nothing that it closed; no two calls run at once.
    let stream = unsafe { &mut *stream };
    enter(|realm| realm.read(stream, size as usize).as_ptr() as usize as u32)
}

#[unsafe(no_mangle)]
extern "C" fn close(stream: *mut EventStream) {
    // SAFETY: the host hands in what `open` gave, once.
    drop(unsafe { Box::from_raw(stream) });
}

#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unreachable()
}
