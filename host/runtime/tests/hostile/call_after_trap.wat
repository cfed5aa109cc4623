;; Leaves a mark in its memory and traps; succeeds if it ever sees the mark again.
(module
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (if (i32.load (i32.const 8192)) (then (return (i32.const 1024))))
        (i32.store (i32.const 8192) (i32.const 1))
        unreachable))
