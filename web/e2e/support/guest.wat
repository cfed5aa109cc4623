;; A task for the tests of the console. Its settings are of every kind that a form draws; a run of it never comes back, so that
;; it lasts until the processor time of its grant is used up. `guest.wasm` is made of this text, in this folder, by
;;   wasm-tools component embed --world task ../../../wit/prahari-task@1.2.0 guest.wat | wasm-tools component new -o guest.wasm
(module
  (memory (export "memory") 1)
  (data (i32.const 8192)
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"lookback\":{\"type\":\"integer\",\"minimum\":2,\"maximum\":250,\"default\":20,\"description\":\"Sessions over which a rise is measured\"},"
    "\"least_rise_percent\":{\"type\":\"number\",\"exclusiveMinimum\":0,\"maximum\":100,\"default\":5},"
    "\"money_paise\":{\"type\":\"integer\",\"minimum\":100000,\"maximum\":100000000,\"default\":2500000,\"description\":\"Money for one buy\"},"
    "\"careful\":{\"type\":\"boolean\",\"default\":true,\"description\":\"Buys nothing while the market falls\"},"
    "\"first\":{\"enum\":[\"strongest\",\"weakest\"],\"default\":\"strongest\",\"description\":\"Which shares come first\"},"
    "\"note\":{\"type\":\"string\",\"maxLength\":40},"
    "\"weights\":{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"maxItems\":5,\"default\":[0.5,0.3],\"description\":\"Weights of the newest sessions\"}"
    "}}")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 4096)
  ;; What describe answers: no name, no version, runs at given times, wants `config`, no line for people, the schema above.
  (data (i32.const 960) "\06")
  (data (i32.const 1044) "\c0\03\00\00" "\01\00\00\00")
  (data (i32.const 1060) "\00\20\00\00" "\fd\02\00\00")
  (func (export "describe") (result i32) i32.const 1024)
  (func (export "run") (param i64 i64 i32 i32 i32 i64 i64 i32) (result i32)
    (loop $again (br $again))
    unreachable))
