;; Grows its memory by 40 MiB once; alone that is within the limit.
(module
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (if (i32.eq (memory.grow (i32.const 640)) (i32.const -1)) (then unreachable))
        i32.const 1024))
