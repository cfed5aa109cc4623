;; Wants all of standard input copied to standard output.
(module
    (import "wasi:cli/stdout@0.2.6" "get-stdout" (func $stdout (result i32)))
    (import "wasi:cli/stdin@0.2.6" "get-stdin" (func $stdin (result i32)))
    (import "wasi:io/streams@0.2.6" "[method]output-stream.blocking-splice"
        (func $splice (param i32 i32 i64 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $splice (call $stdout) (call $stdin) (i64.const -1) (i32.const 3000))
        i32.const 3072))
