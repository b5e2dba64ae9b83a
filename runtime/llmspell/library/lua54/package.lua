---@meta _

---How `require` finds and keeps modules.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.3)
---@class packagelib
package = {}

---Five lines with the characters used in paths: directory separator, separator of templates, mark for the module's
---name, mark for the program's directory (Windows), and the mark after which a name is not part of the function looked
---up in a C library.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.config)
---@type string
package.config = "/\n;\n?\n!\n-\n"

---Where `require` looks for C libraries: templates as in `package.path`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.cpath)
---@type string
package.cpath = ""

---The modules loaded so far, by name; what `require` gives when asked again.
---
---Set an entry to `nil` to have the module loaded afresh. Replacing the whole table has no effect on `require`, which
---keeps its own reference.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.loaded)
---@type table<string, any>
package.loaded = {}

---Where `require` looks for Lua files: templates separated by `;`, in which `?` stands for the module's name with dots
---turned into directory separators.
---
---Relative templates start at the working directory, not at the script.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.path)
---@type string
package.path = ""

---Loaders by module name, which `require` asks before it looks for files. Handy for modules made on the fly and in
---tests.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.preload)
---@type table<string, fun(modname: string, origin: any): any>
package.preload = {}

---The functions that `require` asks in turn for a loader.
---
---Each gets the module's name and gives a loader and a value for it, a string that says why it found none, or `nil`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.searchers)
---@type (fun(modname: string): any, any)[]
package.searchers = {}

---Links the program with a C library and gives its function `funcname`; `"*"` only links.
---
---Gives `nil`, a message and `"open"`, `"init"` or `"absent"` on failure. It knows nothing of search paths and is not
---available everywhere. Native code has every right that the program has.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.loadlib)
---@param libname string complete path of the library
---@param funcname string such as `"luaopen_socket"`, or `"*"`
---@return function|true|nil f
---@return string? message
---@return "open"|"init"|"absent"|nil where
function package.loadlib(libname, funcname) end

---Gives the first file that exists among the templates of `path`, with `name` put in for `?`.
---
---Gives `nil` and a message that lists the files tried when there is none. It does not load anything.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-package.searchpath)
---@nodiscard
---@param name string module or file, such as `"app.views"`
---@param path string templates separated by `;`, such as `package.path`
---@param sep? string what to replace in `name` (default `.`; an empty string replaces nothing)
---@param rep? string what to put there (default: the directory separator)
---@return string? filename
---@return string? message
function package.searchpath(name, path, sep, rep) end
