;; Leaves marks all over its memory and traps; succeeds if it ever sees one of them again.
(module
    (memory (export "memory") 64)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.const 8192))
        (loop $next
            (if (i32.load (local.get $at)) (then (return (i32.const 1024))))
            (i32.store (local.get $at) (i32.const 1))
            (local.set $at (i32.add (local.get $at) (i32.const 4096)))
            (br_if $next (i32.lt_u (local.get $at) (i32.const 4194304))))
        unreachable))
