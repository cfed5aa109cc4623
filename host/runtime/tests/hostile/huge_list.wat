;; Passes a list that claims to have 4 Gi entries.
(module
    (import "prahari:task/decision@1.0.0" "record" (func $record (param i32 i32 i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $record (i32.const 0) (i32.const 0xffffffff) (i32.const 2048))
        i32.const 1024))
