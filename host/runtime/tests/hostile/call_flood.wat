;; Asks the same question for ever.
(module
    (import "prahari:task/calendar@1.0.0" "after-market-open" (func $ask (param i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (loop $for_ever (call $ask (i32.const 2048)) (br $for_ever))
        i32.const 1024))
