;; Writes one line to the log and succeeds.
(module
    (import "prahari:task/log@1.0.0" "write" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1)
    (data (i32.const 2048) "sell_monitor1.2.0")
    ;; task-info at 1024: name, version, kind continuous, the rest empty.
    (data (i32.const 1024) "\00\08\00\00" "\0c\00\00\00" "\0c\08\00\00" "\05\00\00\00" "\01\00\00\00")
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
    (func (export "describe") (result i32) i32.const 1024)
    (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
        (call $log (i32.const 1) (i32.const 2048) (i32.const 12))
        i32.const 3072))
