;; Reads as much as there are numbers, without and with waiting, and finds the end each time.
(module
    (import "wasi:cli/stdin@0.2.6" "get-stdin" (func $stdin (result i32)))
    (import "wasi:io/streams@0.2.6" "[method]input-stream.read" (func $read (param i32 i64 i32)))
    (import "wasi:io/streams@0.2.6" "[method]input-stream.blocking-read" (func $wait (param i32 i64 i32)))
    (import "wasi:io/streams@0.2.6" "[method]input-stream.blocking-skip" (func $skip (param i32 i64 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    ;; An error is the case 1, and of it the end is the case 1.
    (func $closed
        (if (i32.ne (i32.load8_u (i32.const 3000)) (i32.const 1)) (then unreachable))
        (if (i32.ne (i32.load8_u (i32.const 3004)) (i32.const 1)) (then unreachable)))
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (local $in i32)
        (local.set $in (call $stdin))
        (call $read (local.get $in) (i64.const -1) (i32.const 3000))
        (call $closed)
        (call $wait (local.get $in) (i64.const -1) (i32.const 3000))
        (call $closed)
        (call $skip (local.get $in) (i64.const -1) (i32.const 3000))
        (i32.store8 (i32.const 3004) (i32.load8_u (i32.const 3008)))
        (call $closed)
        i32.const 3072))
