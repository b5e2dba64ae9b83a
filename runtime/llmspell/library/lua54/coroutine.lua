---@meta _

---Coroutines: functions that can pause in the middle and be continued later.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.2)
---@class coroutinelib
coroutine = {}

---@alias costatus
---| "suspended" # not started yet, or waiting in a `yield`
---| "running" # the one that asks
---| "normal" # has resumed another coroutine and waits for it
---| "dead" # finished, failed or closed

---Ends a coroutine that is suspended or dead, and closes its pending `<close>` variables.
---
---Gives `true`, or `false` and the error object when the coroutine had died of an error or a closing method failed.
---Raises an error for a coroutine that is running or normal.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.close)
---@param co thread
---@return boolean ok
---@return any err
function coroutine.close(co) end

---Makes a coroutine that will run `f`. Nothing runs until the first `coroutine.resume`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.create)
---@nodiscard
---@param f async fun(...: any): ... body; gets the arguments of the first `resume`
---@return thread co
function coroutine.create(f) end

---Tells whether a coroutine can pause at this point; without an argument, the running one.
---
---It cannot in the main program, nor inside a function of the host that does not allow for it.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.isyieldable)
---@nodiscard
---@param co? thread default: the running coroutine
---@return boolean
function coroutine.isyieldable(co) end

---Starts or continues a coroutine, until it pauses or ends.
---
---The values become the arguments of the body on the first call and the results of `coroutine.yield` later. Gives
---`true` and what was yielded or returned, or `false` and the error object: errors in a coroutine do not spread by
---themselves, so look at the first result. A dead coroutine gives `false` too.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.resume)
---@param co thread
---@param ... any values handed to the coroutine
---@return boolean ok
---@return any ...
function coroutine.resume(co, ...) end

---Gives the running coroutine, and whether it is the main program.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.running)
---@nodiscard
---@return thread co
---@return boolean ismain
function coroutine.running() end

---Tells what state a coroutine is in.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.status)
---@nodiscard
---@param co thread
---@return costatus
function coroutine.status(co) end

---Makes a coroutine for `f` and gives a function that continues it with every call. Handy as an iterator.
---
---Unlike `coroutine.resume` it gives no status: errors inside the coroutine are raised in the caller, and so is a call
---after the end.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.wrap)
---@nodiscard
---@param f async fun(...: any): ... body; gets the arguments of the first call
---@return fun(...: any): ... resume
function coroutine.wrap(f) end

---Pauses the running coroutine; its `coroutine.resume` gives the values. Gives what the next `resume` is called with.
---
---Raises an error outside a coroutine, and where a function of the host that cannot pause is in between.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-coroutine.yield)
---@async
---@param ... any values handed to whoever resumed
---@return any ...
function coroutine.yield(...) end
