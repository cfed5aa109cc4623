;; Prints without end and without a line break.
(module
    (import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
    (import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (local $out i32)
        (local.set $out (call $stdout))
        (loop $again
            (call $write (local.get $out) (i32.const 2048) (i32.const 60000) (i32.const 64000))
            (br $again))
        unreachable))
