;; Grows a table for ever.
(module
    (memory (export "memory") 1)
    (table $table 1 funcref)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (loop $for_ever (drop (table.grow $table (ref.null func) (i32.const 1000))) (br $for_ever))
        i32.const 1024))
