;; Wants the network.
(module
    (import "wasi:sockets/instance-network@0.2.6" "instance-network" (func $network (result i32)))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 8192)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (drop (call $network))
        i32.const 3072))
