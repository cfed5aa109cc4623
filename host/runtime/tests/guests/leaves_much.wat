;; Leaves behind more of everything than a run may today: 30 messages, 3,000 decisions, 3,000 changes of its state, and a
;; summary of 20,000 bytes with 500 counters. Memory is zero, so every text that is not named is empty.
(module
    (import "prahari:task/notify@1.0.0" "send" (func $send (param i32 i32 i32 i32 i32 i32)))
    (import "prahari:task/decision@1.0.0" "record" (func $record (param i32 i32 i32)))
    (import "prahari:task/state@1.0.0" "set" (func $set (param i32 i32 i32)))
    (memory (export "memory") 4)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (local $left i32)
        (local.set $left (i32.const 30))
        (loop $next
            (call $send (i32.const 0) (i32.const 131072) (i32.const 100) (i32.const 131072) (i32.const 5000) (i32.const 2048))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $next (local.get $left)))
        (call $record (i32.const 131072) (i32.const 3000) (i32.const 2048))
        (call $set (i32.const 131072) (i32.const 3000) (i32.const 2048))
        ;; The summary at 3072.
        (i32.store offset=4 (i32.const 3072) (i32.const 131072))
        (i32.store offset=8 (i32.const 3072) (i32.const 20000))
        (i32.store offset=12 (i32.const 3072) (i32.const 131072))
        (i32.store offset=16 (i32.const 3072) (i32.const 500))
        i32.const 3072))
