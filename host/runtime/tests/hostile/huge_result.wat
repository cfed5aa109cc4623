;; Ends with a summary of a megabyte.
(module
    (memory (export "memory") 20)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (i32.store offset=4 (i32.const 2048) (i32.const 131072))
        (i32.store offset=8 (i32.const 2048) (i32.const 1048576))
        i32.const 2048))
