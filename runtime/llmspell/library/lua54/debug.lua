---@meta _

---Looks into running programs: stack, variables, hooks.
---
---These functions are slow, see past every protection and break assumptions that other code relies on. They belong in
---tools; a sandbox may leave some of them out.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.10)
---@class debuglib
debug = {}

---What `debug.getinfo` tells about a function. Which fields are filled depends on the letters asked for.
---@class debuginfo
---@field name? string how the caller names the function, if that can be found out; letter `n`
---@field namewhat namewhat what kind of name that is; letter `n`
---@field source string `@` and a file's name, `=` and a label, or the source text itself; letter `S`
---@field short_src string `source` shortened for messages; letter `S`
---@field what "Lua"|"C"|"main" written in Lua, provided by the host, or a chunk's main part; letter `S`
---@field linedefined integer line where the definition begins, -1 for functions of the host; letter `S`
---@field lastlinedefined integer line where the definition ends, -1 for functions of the host; letter `S`
---@field currentline integer line being executed, -1 if there is none; letter `l`
---@field istailcall boolean whether the caller has left the stack; letter `t`
---@field nups integer number of upvalues; letter `u`
---@field nparams integer number of fixed parameters, 0 for functions of the host; letter `u`
---@field isvararg boolean whether it takes any number of arguments, true for functions of the host; letter `u`
---@field ftransfer integer index of the first value handed over, inside a call or return hook; letter `r`
---@field ntransfer integer number of values handed over, inside a call or return hook; letter `r`
---@field func function the function itself; letter `f`
---@field activelines? table<integer, true> lines that hold code, none for functions of the host; letter `L`

---@alias namewhat
---| "global" # a global variable
---| "local" # a local variable
---| "upvalue" # a local variable of an outer function
---| "field" # a field of a table
---| "method" # called with a colon
---| "constant" # a constant
---| "metamethod" # called by an operator or an access
---| "for iterator" # called by a `for` loop
---| "hook" # called by the interpreter as a hook
---| "" # not known

---@alias infowhat
---| "n" # name and namewhat
---| "S" # source, short_src, what, linedefined, lastlinedefined
---| "l" # currentline
---| "t" # istailcall
---| "u" # nups, nparams, isvararg
---| "f" # func
---| "r" # ftransfer, ntransfer
---| "L" # activelines
---| string # several of these letters

---@alias hookmask
---| "c" # when a function is called
---| "r" # when a function returns
---| "l" # when a new line begins
---| "" # only by count
---| string # several of these letters

---@alias hookevent
---| "call" # a function was called
---| "tail call" # a function took the place of its caller
---| "return" # a function is about to return
---| "line" # a new line begins; its number is the second argument
---| "count" # so many instructions have run

---Reads lines from standard input and runs each, until a line that holds just `cont`.
---
---The chunks see globals but no local variables of the place where it was called.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.debug)
function debug.debug() end

---Gives the hook in force: its function, mask and count. The first result is `nil` if there is none.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.gethook)
---@nodiscard
---@param thread? thread default: the running coroutine
---@return function? hook
---@return string? mask
---@return integer? count
function debug.gethook(thread) end

---Describes a function, or the function active at a level of the stack.
---
---Level 0 is `getinfo` itself, 1 its caller, 2 the caller of that. Gives `nil` when the stack is not that deep. Ask
---only for the letters you need: without `what` all but `L` are collected, which is slow. Raises an error for unknown
---letters.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getinfo)
---@nodiscard
---@overload fun(f: function|0|1|2, what?: infowhat): debuginfo
---@overload fun(thread: thread, f: function, what?: infowhat): debuginfo
---@overload fun(thread: thread, f: integer, what?: infowhat): debuginfo?
---@param f function|integer function, or level of the stack
---@param what? infowhat letters for the fields wanted (default: all but `L`)
---@return debuginfo? info
function debug.getinfo(f, what) end

---Gives name and value of a local variable at a level of the stack; for a function, the name of a parameter.
---
---Variables count from 1 in the order of declaration, parameters first; -1 and below are the extra arguments of `...`.
---Gives `nil` when there is no such variable and raises an error when there is no such level. Names in parentheses are
---the interpreter's own.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getlocal)
---@nodiscard
---@overload fun(thread: thread, f: function|integer, index: integer): string?, any
---@param f function|integer function, or level of the stack (1 is the caller)
---@param index integer number of the variable
---@return string? name
---@return any value
function debug.getlocal(f, index) end

---Gives the true metatable of any value, `nil` if it has none. A field `__metatable` is ignored.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getmetatable)
---@nodiscard
---@param value any
---@return metatable? metatable
function debug.getmetatable(value) end

---Gives the registry, the table in which the host keeps its own references.
---
---Changing it can crash the program.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getregistry)
---@nodiscard
---@return table registry
function debug.getregistry() end

---Gives name and value of an upvalue, that is, of an outer local variable that the function uses; `nil` after the last.
---
---Functions of the host have upvalues without names: the name is then an empty string.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getupvalue)
---@nodiscard
---@param f function
---@param up integer number of the upvalue, from 1
---@return string? name
---@return any value
function debug.getupvalue(f, up) end

---Gives a value that the host has attached to a userdata, and `true`; `nil` if the userdata has no such slot.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.getuservalue)
---@nodiscard
---@param u any userdata; other types give `nil`
---@param n? integer number of the slot (default 1)
---@return any value
---@return boolean? found
function debug.getuservalue(u, n) end

---Once set the limit for nested calls of host functions. Since Lua 5.4.3 it changes nothing.
---
---Gives a number for the sake of old programs.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.10)
---@deprecated
---@param limit integer
---@return integer
function debug.setcstacklimit(limit) end

---Has `hook` called on the events of `mask`; without arguments, takes the hook away.
---
---The hook gets the event and, for `"line"`, the line; inside it, level 2 of `debug.getinfo` is the running function.
---There is one hook per coroutine: a coroutine made later inherits the one of its maker, existing ones keep theirs.
---Hooks for lines and counts slow down every instruction.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.sethook)
---@overload fun(thread?: thread)
---@overload fun(thread: thread, hook: fun(event: hookevent, line: integer?), mask: hookmask, count?: integer)
---@param hook fun(event: hookevent, line: integer?)
---@param mask hookmask on which events
---@param count? integer also after every so many instructions
function debug.sethook(hook, mask, count) end

---Assigns to a local variable at a level of the stack and gives the variable's name.
---
---Counting is that of `debug.getlocal`. Gives `nil` when there is no such variable and raises an error when there is no
---such level.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.setlocal)
---@overload fun(thread: thread, level: integer, index: integer, value: any): string?
---@param level integer level of the stack (1 is the caller)
---@param index integer number of the variable
---@param value any
---@return string? name
function debug.setlocal(level, index, value) end

---Sets the metatable of any value and gives the value.
---
---Values other than tables and userdata share one metatable per type: setting that of one number sets that of all.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.setmetatable)
---@generic T
---@param value T
---@param metatable metatable|table|nil
---@return T value
function debug.setmetatable(value, metatable) end

---Assigns to an upvalue of a function and gives its name; `nil` if there is no such upvalue.
---
---All functions that share the variable see the new value.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.setupvalue)
---@param f function
---@param up integer number of the upvalue, from 1
---@param value any
---@return string? name
function debug.setupvalue(f, up, value) end

---Attaches a value to a userdata of the host and gives the userdata; `nil` if it has no such slot.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.setuservalue)
---@generic T: userdata
---@param u T full userdata
---@param value any
---@param n? integer number of the slot (default 1)
---@return T? u
function debug.setuservalue(u, value, n) end

---Gives a text that lists the calls on the stack, headed by `message`.
---
---A message that is neither a string nor `nil` comes back unchanged and without a traceback, which matters for error
---objects in `xpcall(f, debug.traceback)`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.traceback)
---@nodiscard
---@overload fun(thread: thread, message?: any, level?: integer): string
---@param message? any
---@param level? integer where to begin (default 1, the caller)
---@return string
function debug.traceback(message, level) end

---Gives an identity for an upvalue; `nil` if there is none.
---
---Two upvalues with the same identity are the same variable.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.upvalueid)
---@nodiscard
---@param f function
---@param n integer number of the upvalue, from 1
---@return userdata? id
function debug.upvalueid(f, n) end

---Makes upvalue `n1` of `f1` the same variable as upvalue `n2` of `f2`.
---
---Works for functions written in Lua only; raises an error for others and for numbers out of range.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-debug.upvaluejoin)
---@param f1 function
---@param n1 integer
---@param f2 function
---@param n2 integer
function debug.upvaluejoin(f1, n1, f2, n2) end
