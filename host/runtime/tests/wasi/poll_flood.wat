;; Polls without end.
(module
    (import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration" (func $after (param i64) (result i32)))
    (import "wasi:io/poll@0.2.6" "poll" (func $poll (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (i32.store (i32.const 4096) (call $after (i64.const -1)))
        (loop $again
            (call $poll (i32.const 4096) (i32.const 1) (i32.const 3000))
            (br $again))
        unreachable))
