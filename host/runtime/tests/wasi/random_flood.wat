;; Asks for more random bytes than there is memory.
(module
    (import "wasi:random/random@0.2.6" "get-random-bytes" (func $random_bytes (param i64 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $random_bytes (i64.const -1) (i32.const 3000))
        i32.const 3072))
