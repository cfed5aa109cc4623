;; Passes a string that claims to be 4 GiB long.
(module
    (import "prahari:task/log@1.0.0" "write" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $log (i32.const 1) (i32.const 0) (i32.const 0xffffffff))
        i32.const 1024))
