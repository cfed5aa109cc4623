;; Stores a megabyte of state again and again.
(module
    (import "prahari:task/state@1.0.0" "set" (func $set (param i32 i32 i32)))
    (memory (export "memory") 20)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        ;; One entry at 8192: an empty key, some value of a megabyte at 131072.
        (i32.store8 offset=8 (i32.const 8192) (i32.const 1))
        (i32.store offset=12 (i32.const 8192) (i32.const 131072))
        (i32.store offset=16 (i32.const 8192) (i32.const 1048576))
        (loop $for_ever (call $set (i32.const 8192) (i32.const 1) (i32.const 2048)) (br $for_ever))
        i32.const 1024))
