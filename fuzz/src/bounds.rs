//! Bounds of memory: no input may make a reader use much more than a multiple of its size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What every call may use, whatever its input, in bytes.
const BASE: usize = 8 << 20;
/// What each byte of an input may add, in bytes.
const PER_BYTE: usize = 4 << 10;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Safety: the system's allocator does everything; only the sizes are counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count(size: usize) {
    let used = USED.fetch_add(size, Ordering::Relaxed) + size;
    PEAK.fetch_max(used, Ordering::Relaxed);
}

/// Runs a call on an input of `size` bytes, and asserts that it uses no more memory than that allows. Time is bounded by
/// libFuzzer's `-timeout`.
pub fn within<T>(size: usize, call: impl FnOnce() -> T) -> T {
    let before = USED.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = call();
    let used = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    let allowed = BASE + PER_BYTE * size;
    assert!(
        used <= allowed,
        "{used} bytes of memory for an input of {size}"
    );
    result
}
