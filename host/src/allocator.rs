//! How the system's allocator keeps memory that is free.
//!
//! glibc gives up to eight arenas to each processor, and what is free in one is of no use to the threads of another: with
//! ten thousand users a tenth of the resident memory was such. One for each processor is as fast, since hardly more threads
//! than that are at work at a time.

/// Bounds the arenas, before any other thread runs.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn bound() {
    use nix::libc;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let arenas = libc::c_int::try_from(processors).unwrap_or(libc::c_int::MAX).max(2);
    // SAFETY: `mallopt` takes two numbers by value, reads no memory of ours and changes nothing but the allocator's own
    // settings, under the allocator's own lock. It is a foreign function for no other reason than that nobody wraps it.
    // A number that it does not take is left as it is, and nothing here depends on it, so its answer is not looked at.
    let _set = unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn bound() {}
