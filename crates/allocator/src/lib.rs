//! Settings of the C library's memory allocator, for programs that run for weeks.
//!
//! glibc keeps freed memory in a pool for each thread. With ten thousand roles, a program that had read its files a few
//! times kept twice the memory that it used. Other C libraries need none of this, and the functions do nothing there.
//!
//! This is the only crate with `unsafe` code: Rust has no other way to call the two functions of glibc.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc {
    use libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, c_int};

    /// One pool for all threads. Ours are few, and rarely allocate at the same time.
    const POOLS: c_int = 1;
    /// The bytes at the end of the pool that may stay unused.
    const UNUSED_MAX: c_int = 256 * 1024;
    /// Blocks from this size in bytes get pages of their own, which are returned as soon as the block is freed.
    const OWN_PAGES_MIN: c_int = 128 * 1024;

    #[expect(unsafe_code, reason = "glibc has no safe interface")]
    pub(super) fn limit() {
        let limits = [
            (M_ARENA_MAX, POOLS),
            (M_TRIM_THRESHOLD, UNUSED_MAX),
            (M_MMAP_THRESHOLD, OWN_PAGES_MIN),
        ];
        for (limit, value) in limits {
            // SAFETY: `mallopt` takes two numbers and may be called at any time. It returns 0 for a number that it does
            // not know, and then changes nothing.
            unsafe { libc::mallopt(limit, value) };
        }
    }

    #[expect(unsafe_code, reason = "glibc has no safe interface")]
    pub(super) fn trim() {
        // SAFETY: `malloc_trim` takes the number of bytes to keep at the end of the pool, locks the pool, and returns
        // only pages that nothing uses.
        unsafe { libc::malloc_trim(0) };
    }
}

/// Limits the freed memory that the allocator keeps. Call it at the start, before there are threads.
pub fn limit() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::limit();
}

/// Returns freed memory to the kernel. It takes a few milliseconds: call it after much was freed at once.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    glibc::trim();
}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use std::hint::black_box;

    /// The bytes of small blocks that the test allocates.
    const BYTES: usize = 64 * 1024 * 1024;

    /// Returns the resident memory of this process, in bytes.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").expect("a process");
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let number = line.and_then(|it| it.split_whitespace().next());
        number
            .and_then(|it| it.parse::<usize>().ok())
            .expect("VmRSS in kB")
            * 1024
    }

    #[test]
    fn freed_memory_goes_back_to_the_kernel_though_a_later_block_is_in_use() {
        super::limit();
        let before = resident();
        // Each is too small for pages of its own.
        let blocks: Vec<Box<[u8]>> = (0..BYTES / 1024)
            .map(|_| black_box(vec![1; 1024].into_boxed_slice()))
            .collect();
        let used = resident();
        assert!(used > before + BYTES / 2, "{before} {used}");
        let last = std::thread::spawn(|| black_box(vec![1; 1024]))
            .join()
            .expect("no panic");
        drop(blocks);
        super::trim();
        let left = resident();
        assert!(left < before + BYTES / 4, "{before} {used} {left}");
        drop(last);
    }
}
