;; Asks for a list and never returns the memory in which the host wants to put it.
(module
    (import "prahari:task/market@1.0.0" "universe" (func $universe (param i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (loop $for_ever (br $for_ever))
        i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $universe (i32.const 2048))
        i32.const 1024))
