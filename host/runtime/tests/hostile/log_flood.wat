;; Writes to the log for ever, a thousand bytes at a time.
(module
    (import "prahari:task/log@1.0.0" "write" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (loop $for_ever (call $log (i32.const 3) (i32.const 8192) (i32.const 1000)) (br $for_ever))
        i32.const 1024))
