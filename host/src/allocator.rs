//! How the system's allocator keeps memory that is free.
//!
//! glibc gives up to eight arenas to each processor, and what is free in one is of no use to the threads of another: with
//! ten thousand users a fifth of the resident memory was such. It also learns from the largest block that was ever given
//! back (a password's hash takes 19 MiB) to keep blocks of that size. Both are bounded here.

/// Blocks from this size, in bytes, are mapped for themselves, and so given back to the system when they are free.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: nix::libc::c_int = 1 << 20;

/// Bounds what is kept, before any other thread runs: an arena for each processor, and no large blocks.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn bound() {
    use nix::libc;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let arenas = libc::c_int::try_from(processors).unwrap_or(libc::c_int::MAX).max(2);
    // SAFETY: `mallopt` takes two numbers by value, reads no memory of ours and changes nothing but the allocator's own
    // settings, under the allocator's own lock. It is a foreign function for no other reason than that nobody wraps it.
    // A setting that it does not know or take is left as it is, and nothing here depends on it, so its answer is not
    // looked at.
    let _set = unsafe {
        [
            libc::mallopt(libc::M_ARENA_MAX, arenas),
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM),
            libc::mallopt(libc::M_TRIM_THRESHOLD, MAPPED_FROM),
        ]
    };
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound() {}
