;; Never ends its start function, so it can not even be asked what it is.
(module
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        i32.const 1024)
    (func $start (loop $for_ever (br $for_ever)))
    (start $start))
