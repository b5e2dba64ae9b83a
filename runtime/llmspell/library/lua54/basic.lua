---@meta _

---The table that holds all globals: `_G.x` and the global `x` are one and the same.
---
---It is an ordinary variable. Putting another table into `_G` does not move the globals; to give a chunk other globals,
---hand `load` an environment or declare a local `_ENV`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-_G)
---@class (partial) _G
_G = {}

---Name and number of the language, here `"Lua 5.4"`. The bug-fix release is not part of it.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-_VERSION)
---@type string
_VERSION = "Lua 5.4"

---@alias type
---| "nil" # the absence of a value
---| "boolean" # `true` or `false`
---| "number" # integer or float; `math.type` tells which
---| "string" # immutable bytes
---| "table" # arrays, records, objects, modules
---| "function" # written in Lua or provided by the host
---| "thread" # a coroutine
---| "userdata" # a value of the host, for instance an open file

---@alias gcoptions
---| "collect" # run a full cycle now (what happens without an option)
---| "stop" # never run the collector by itself
---| "restart" # let the collector run by itself again
---| "count" # memory in use, in KiB with a fraction
---| "step" # do a piece of work now
---| "isrunning" # whether the collector runs by itself
---| "incremental" # small steps spread over time (the default mode)
---| "generational" # look at young objects more often than at old ones
---| "setpause" # deprecated: use `"incremental"`
---| "setstepmul" # deprecated: use `"incremental"`

---@alias gcmode
---| "incremental" # small steps spread over time
---| "generational" # look at young objects more often than at old ones

---@alias loadmode
---| "b" # precompiled chunks only
---| "t" # source text only
---| "bt" # either (the default)

---What a metatable may say about the values that carry it. Every field is optional.
---@class metatable
---@field __index? table|fun(object: any, key: any): any where to look for keys that are absent
---@field __newindex? table|fun(object: any, key: any, value: any) takes assignments to keys that are absent
---@field __call? fun(self: any, ...: any): any makes the value callable
---@field __tostring? fun(self: any): string what `tostring` and `print` show
---@field __name? string the type's name in error messages and in the default `tostring`
---@field __metatable? any shown by `getmetatable` instead of the metatable, which `setmetatable` then refuses to change
---@field __mode? "k"|"v"|"kv" weak keys, weak values or both
---@field __gc? fun(self: any) called when the value is collected; must be there when the metatable is set
---@field __close? fun(self: any, err: any) called when a `<close>` variable that holds the value goes out of scope
---@field __pairs? fun(self: any): any, any, any what `pairs` gives for the value
---@field __len? fun(self: any): any the operator `#`
---@field __eq? fun(a: any, b: any): any `==` between two tables or two userdata that are not the same object
---@field __lt? fun(a: any, b: any): any the operator `<`
---@field __le? fun(a: any, b: any): any the operator `<=`
---@field __concat? fun(a: any, b: any): any the operator `..`
---@field __unm? fun(self: any): any unary minus
---@field __add? fun(a: any, b: any): any the operator `+`
---@field __sub? fun(a: any, b: any): any the operator `-`
---@field __mul? fun(a: any, b: any): any the operator `*`
---@field __div? fun(a: any, b: any): any the operator `/`
---@field __idiv? fun(a: any, b: any): any the operator `//`
---@field __mod? fun(a: any, b: any): any the operator `%`
---@field __pow? fun(a: any, b: any): any the operator `^`
---@field __band? fun(a: any, b: any): any the operator `&`
---@field __bor? fun(a: any, b: any): any the operator `|`
---@field __bxor? fun(a: any, b: any): any the operator `~` between two values
---@field __bnot? fun(self: any): any the operator `~` before one value
---@field __shl? fun(a: any, b: any): any the operator `<<`
---@field __shr? fun(a: any, b: any): any the operator `>>`

---Gives back all its arguments when the first is neither `nil` nor `false`; otherwise raises `message`.
---
---The usual wrapper around functions that report failure as `nil, message`: `local f = assert(io.open(path))`.
---`message` may be any value and is raised as it is, without a position in front; without one the error reads
---`assertion failed!`. It is evaluated even when the check holds, so do not build expensive messages here.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-assert)
---@generic T
---@param v T? value to test
---@param message? any error to raise
---@param ... any further values to hand through
---@return T v
---@return any ...
function assert(v, message, ...) end

---Controls the garbage collector, or measures it. What it gives depends on `opt`.
---
---`"count"` gives KiB (multiply by 1024 for bytes). `"step"` tells whether the step completed a cycle. `"incremental"`
---and `"generational"` give the mode that was in force before. Raises an error for an unknown option. A full cycle per
---request is rarely a good idea: the collector paces itself.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-collectgarbage)
---@overload fun(opt?: "collect"): integer
---@overload fun(opt: "stop"|"restart"): integer
---@overload fun(opt: "count"): number
---@overload fun(opt: "step", size?: integer): boolean
---@overload fun(opt: "isrunning"): boolean
---@overload fun(opt: "incremental", pause?: integer, stepmul?: integer, stepsize?: integer): gcmode
---@overload fun(opt: "generational", minormul?: integer, majormul?: integer): gcmode
---@overload fun(opt: "setpause"|"setstepmul", value?: integer): integer
---@param opt? gcoptions what to do (default `"collect"`)
---@param ... integer the option's own numbers
---@return any
function collectgarbage(opt, ...) end

---Runs the Lua file `filename` and gives what its chunk returns.
---
---Without a name it reads the program from standard input. Raises an error when the file cannot be read, does not
---compile or fails while running. The file runs each time anew; for modules use `require`, which runs them once.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-dofile)
---@param filename? string path, relative to the working directory and not to the calling script
---@return any ...
function dofile(filename) end

---Raises `message` as an error and does not return.
---
---A string message gets the position (`file:line:`) of the function at `level` in front: 1, the default, is the caller
---of `error`, 2 the caller of that function (what a check of arguments wants), 0 adds none. Values other than strings
---are raised untouched, so that tables can serve as error objects.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-error)
---@param message? any error object, most often a string
---@param level? integer whose position to name (default 1)
function error(message, level) end

---Gives the metatable of `object`, or `nil` if it has none.
---
---When the metatable has a field `__metatable`, you get that field's value instead. All strings share one metatable;
---`debug.getmetatable` sees past `__metatable`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-getmetatable)
---@nodiscard
---@param object any
---@return any metatable
function getmetatable(object) end

---Gives what a `for` loop needs to walk the indices 1, 2, 3, … of `t` up to the first `nil`.
---
---The walk ends at the first hole, whatever follows it, and never sees other keys: use `pairs` for those. It respects
---`__index`, so that proxies can be walked. The loop raises an error when `t` is `nil` or cannot be indexed.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-ipairs)
---@nodiscard
---@generic V
---@param t V[] | table<integer, V> | {[integer]: V} list
---@return (fun(t: V[], i?: integer): integer, V) iterator
---@return V[] t
---@return integer start
function ipairs(t) end

---Compiles source text and gives the chunk as a function, without running it.
---
---A function as `chunk` is called again and again for the next piece, until it gives `nil` or an empty string. If the
---text does not compile you get `nil` and the message; nothing is raised. `chunkname` appears in error messages: begin
---it with `@` for a file's name and with `=` for a label to be shown as it is. Accept only mode `"t"` from strangers,
---since a forged binary chunk can crash the interpreter.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-load)
---@nodiscard
---@param chunk string|fun(): string? source text, or what gives it piece by piece
---@param chunkname? string name for messages (default: the text itself)
---@param mode? loadmode which kinds of chunk to accept (default `"bt"`)
---@param env? any the chunk's globals (default: those of the program); an explicit `nil` leaves it without any
---@return function? chunk
---@return string? message
function load(chunk, chunkname, mode, env) end

---Compiles a file and gives the chunk as a function, without running it.
---
---Without a name it reads standard input. If the file cannot be read or does not compile you get `nil` and the message.
---A first line that begins with `#` is skipped.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-loadfile)
---@nodiscard
---@param filename? string path, relative to the working directory
---@param mode? loadmode which kinds of chunk to accept (default `"bt"`)
---@param env? any the chunk's globals (default: those of the program); an explicit `nil` leaves it without any
---@return function? chunk
---@return string? message
function loadfile(filename, mode, env) end

---Gives the key that follows `key` in the table's own order, with its value; `nil` after the last one.
---
---Start with `nil`. `next(t) == nil` is the test for an empty table, where `#t == 0` would overlook all keys that are
---not indices. The order is arbitrary and may differ between runs. While walking you may change or clear existing
---fields, but not add new ones. Raises an error when `key` is not a key of the table.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-next)
---@nodiscard
---@generic K, V
---@param t table<K, V> | V[] | {[K]: V}
---@param key? K
---@return K? key
---@return V? value
function next(t, key) end

---Gives what a `for` loop needs to walk all keys and values of `t`.
---
---The order is arbitrary, even for indices: use `ipairs` or a counting loop where it matters. You may change or clear
---existing fields on the way, but not add new ones. A metamethod `__pairs` of `t` takes over. The loop raises an error
---when `t` is `nil` or anything else that is neither a table nor has that metamethod.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-pairs)
---@nodiscard
---@generic K, V
---@param t table<K, V> | V[] | {[K]: V}
---@return (fun(t: table<K, V>, key?: K): K, V) iterator
---@return table<K, V> t
---@return nil start
function pairs(t) end

---Calls `f` with the arguments and catches any error.
---
---Gives `true` and the results of `f`, or `false` and the error object, which need not be a string. Hand over the
---function itself, `pcall(f, x)`: with `pcall(f(x))` the call happens outside the protection. The stack is gone when it
---returns; take `xpcall` for a traceback.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-pcall)
---@generic R
---@param f async fun(...: any): R, ...
---@param ... any arguments for `f`
---@return boolean ok
---@return R|any result first result of `f`, or the error object
---@return any ... further results
function pcall(f, ...) end

---Writes the values to standard output, each through `tostring`, with tabs between them and a line end after them.
---
---Meant for quick looks; `io.write` and `string.format` give control over the layout. A table shows only its address
---unless its metatable has `__tostring`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-print)
---@param ... any
function print(...) end

---Tells whether the two values are the same, without asking a metamethod `__eq`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-rawequal)
---@nodiscard
---@param v1 any
---@param v2 any
---@return boolean
function rawequal(v1, v2) end

---Gives the field that stands in the table itself, without asking a metamethod `__index`; `nil` if there is none.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-rawget)
---@nodiscard
---@param t table
---@param key any
---@return any value
function rawget(t, key) end

---Gives the length of a table or string, without asking a metamethod `__len`.
---
---With holes in the table the same doubt holds as for `#`: any index before a `nil` may come out. Raises an error for
---other types.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-rawlen)
---@nodiscard
---@param v table|string
---@return integer
function rawlen(v) end

---Puts a field into the table itself, without asking a metamethod `__newindex`, and gives the table.
---
---Raises an error when the key is `nil` or NaN.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-rawset)
---@generic T: table
---@param t T
---@param key any
---@param value any
---@return T t
function rawset(t, key, value) end

---Gives the module of that name; loads it when it is needed for the first time.
---
---A module runs once: its value is kept in `package.loaded` and given to everyone who asks again. A file that returns
---nothing counts as `true`. Dots in the name stand for directories, and `package.path` says where to look. Raises an
---error that lists all places searched when nothing is found, and passes on errors from loading. The second result says
---where a freshly found module came from, most often its path.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-require)
---@param modname string such as `"app.views"`, without `.lua`
---@return any module
---@return any origin
function require(modname) end

---Gives the arguments from number `n` on; with `"#"`, how many there are.
---
---A negative `n` counts from the end. `select("#", ...)` counts trailing `nil`s too, which `#{...}` may miss. Raises an
---error for 0 and for a negative number beyond the first argument. In a loop over many arguments every call copies the
---rest: `table.pack` once is cheaper.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-select)
---@nodiscard
---@overload fun(n: "#", ...: any): integer
---@param n integer number of the first argument wanted
---@param ... any
---@return any ...
function select(n, ...) end

---Sets the metatable of a table and gives the table. `nil` takes the metatable away.
---
---Both arguments must be given. Raises an error when the present metatable is protected by a field `__metatable`.
---`__gc` only works if it is in the metatable at this moment. Other types than tables: see `debug.setmetatable`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-setmetatable)
---@generic T: table
---@param t T
---@param metatable metatable|table|nil
---@return T t
function setmetatable(t, metatable) end

---Converts to a number, or gives `nil` where that is impossible.
---
---Reads what Lua source would accept, with blanks around it: `"0x10"`, `"1e3"`, `" 7 "`. With a `base` the string is
---read as an integer with digits of that base, which may be negative. Values that are neither strings nor numbers give
---`nil`; a call without any argument and a base outside 2 to 36 raise an error.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-tonumber)
---@nodiscard
---@overload fun(value: string, base: integer): integer?
---@param value any
---@param base? integer from 2 to 36
---@return number? number
function tonumber(value, base) end

---Gives a readable form of any value.
---
---The metamethod `__tostring` decides if there is one, and must give a string, else an error is raised. Floats keep a
---mark of their kind (`1.0`), and only about 14 digits: `string.format("%.17g", x)` keeps all. The address shown for
---tables and functions is no identity to rely on.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-tostring)
---@nodiscard
---@param value any
---@return string
function tostring(value) end

---Gives the name of the value's type.
---
---The result is a string: compare with `"nil"`, not with `nil`. Raises an error when called without an argument.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-type)
---@nodiscard
---@param value any
---@return type
function type(value) end

---Emits a warning made of all arguments put together.
---
---Warnings are off at first: `warn("@on")` shows them on standard error, `warn("@off")` silences them; a single
---argument beginning with `@` is such a control message and never shown. Raises an error for arguments that are not
---strings.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-warn)
---@param message string
---@param ... string more pieces of the message
function warn(message, ...) end

---Calls `f` with the arguments and catches any error, as `pcall` does, but lets `handler` see the error first.
---
---The handler runs while the stack of the error still stands: `xpcall(f, debug.traceback)` gives a traceback. Gives
---`true` and the results of `f`, or `false` and what the handler returned.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-xpcall)
---@generic R
---@param f async fun(...: any): R, ...
---@param handler fun(err: any): any gets the error object; what it returns takes its place
---@param ... any arguments for `f`
---@return boolean ok
---@return R|any result first result of `f`, or the result of `handler`
---@return any ... further results
function xpcall(f, handler, ...) end
