"""What a running llmspell tells about itself; a service that knows nothing of Lua.

Each subject is a module, imported where it is used, so that start-up pays for none of the others:

* `levels`, `filters`, `entries`, `log`, `logfile`: the debug log of a spell (`Debug.log` and kin);
* `timers`, `flame`, `memory`: where time and memory go;
* `trace`: the program's own messages on stderr (`--trace`, `RUST_LOG`);
* `environment`: the `LLMSPELL_DEBUG*` variables; `colour`, `timestamps`: how lines look.
"""
