;; Leaves by `exit` in the middle of a line.
(module
    (import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
    (import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-write-and-flush"
        (func $write (param i32 i32 i32 i32)))
    (import "wasi:cli/exit@0.2.6" "exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 2048) "leaving")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $write (call $stdout) (i32.const 2048) (i32.const 7) (i32.const 3000))
        (call $exit (i32.const 0))
        i32.const 3072))
