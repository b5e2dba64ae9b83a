---@meta _

---Strings: searching, replacing, formatting, packing.
---
---Strings are bytes: positions and lengths count bytes, and case and character classes know only the locale's single
---bytes (see `utf8`). Positions begin at 1; negative ones count from the end. Every function is also a method:
---`s:upper()`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.4)
---@class stringlib
string = {}

---@class string: stringlib

---Gives the codes of the bytes from `i` to `j`, from 0 to 255; nothing for positions outside the string.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.byte)
---@nodiscard
---@param s string|number
---@param i? integer first position (default 1)
---@param j? integer last position (default `i`)
---@return integer ...
function string.byte(s, i, j) end

---Gives a string of bytes with these codes.
---
---Raises an error for numbers outside 0 to 255: `utf8.char` makes characters of greater ones.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.char)
---@nodiscard
---@param ... integer
---@return string
function string.char(...) end

---Gives a function as a binary chunk that `load` can turn into a function again.
---
---The values of upvalues are lost. Raises an error for functions that are not written in Lua. The form depends on
---version and machine, and a forged one can crash the interpreter: nothing to exchange with strangers.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.dump)
---@nodiscard
---@param f fun(...: any): ...
---@param strip? boolean leave out names and lines
---@return string
function string.dump(f, strip) end

---Looks for a pattern and gives where the first match begins and ends, then its captures; `nil` if there is none.
---
---`. % + - * ? [ ^ $ (` have a meaning of their own in patterns: pass `true` as `plain` to look for the text as it is.
---An empty pattern matches at once. Raises an error for a malformed pattern. Captures are strings, but `()` captures a
---position.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.find)
---@nodiscard
---@param s string|number
---@param pattern string|number
---@param init? integer where to start, negative from the end (default 1)
---@param plain? boolean take `pattern` as plain text
---@return integer? first
---@return integer? last
---@return string|any ... captures
function string.find(s, pattern, init, plain) end

---Fills values into a template, as C's `printf` does.
---
---`%s` takes anything (through `tostring`), `%d` and `%x` need a number with an integer value, `%f`, `%g` and `%e` a
---number, `%c` the code of a byte, `%q` writes a Lua literal, `%a` a hexadecimal float, `%p` an address, `%%` a percent
---sign. Raises an error for missing or unfit arguments (`%d` with 1.5) and for unknown letters; surplus arguments are
---ignored. There is no `%*d`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.format)
---@nodiscard
---@param template string|number
---@param ... any
---@return string
function string.format(template, ...) end

---Gives an iterator over all matches of a pattern: their captures or, without any, the whole match.
---
---`for key, value in s:gmatch("(%w+)=(%w+)") do`. A `^` at the beginning is no anchor here but an ordinary character.
---Raises an error for a malformed pattern.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.gmatch)
---@nodiscard
---@param s string|number
---@param pattern string|number
---@param init? integer where to start, negative from the end (default 1)
---@return (fun(): string, ...) iterator
function string.gmatch(s, pattern, init) end

---Gives a copy in which matches of a pattern are replaced, and the number of matches.
---
---In a replacement string `%1` to `%9` stand for captures, `%0` for the match and `%%` for a percent sign; any other
---use of `%` raises an error, so escape foreign text with `:gsub("%%", "%%%%")`. A table is asked with the first
---capture, a function is called with all of them; `nil` or `false` keeps the match, other values than strings and
---numbers raise an error. The pattern is never plain text: escape it with `:gsub("%p", "%%%0")`. Mind the second result
---where several values are taken: `tonumber((s:gsub(",", "")))`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.gsub)
---@param s string|number
---@param pattern string|number
---@param repl string|number|table|fun(match: string, ...: any): any
---@param n? integer replace at most so many
---@return string result
---@return integer count
function string.gsub(s, pattern, repl, n) end

---Gives the length in bytes; the operator `#` does the same.
---
---For characters outside ASCII it is more than what you see: use `utf8.len`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.len)
---@nodiscard
---@param s string|number
---@return integer
function string.len(s) end

---Gives a copy with lower-case letters. Only the locale's single bytes change, in the usual locale just A to Z.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.lower)
---@nodiscard
---@param s string|number
---@return string
function string.lower(s) end

---Looks for a pattern and gives the captures of the first match or, without captures, the match; `nil` if there is
---none.
---
---It matches anywhere: anchor with `^` and `$` to test the whole string. Raises an error for a malformed pattern.
---Captures are strings, but `()` captures a position.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.match)
---@nodiscard
---@param s string|number
---@param pattern string|number
---@param init? integer where to start, negative from the end (default 1)
---@return string|any ... captures
function string.match(s, pattern, init) end

---Gives the values in binary form, laid out as the format says.
---
---`<`, `>` and `=` choose the order of bytes, `i4` and `I4` are integers of four bytes, `f`, `d` and `n` floats, `z` a
---string that ends with a zero, `s4` one with its length in front, `x` a byte of padding. Without a choice the
---machine's own order and sizes hold. Raises an error for values that do not fit and for an invalid format.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.pack)
---@nodiscard
---@param fmt string
---@param ... string|number
---@return string
function string.pack(fmt, ...) end

---Gives the number of bytes that `string.pack` makes with this format.
---
---Raises an error for formats of variable length (`s` and `z`).
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.packsize)
---@nodiscard
---@param fmt string
---@return integer
function string.packsize(fmt) end

---Gives `n` copies of a string in a row, with `sep` between them; an empty string when `n` is not positive.
---
---Raises an error when the result would be too large.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.rep)
---@nodiscard
---@param s string|number
---@param n integer
---@param sep? string|number
---@return string
function string.rep(s, n, sep) end

---Gives the bytes of a string in reverse order, which breaks characters outside ASCII apart.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.reverse)
---@nodiscard
---@param s string|number
---@return string
function string.reverse(s) end

---Gives the part of a string from position `i` to `j`, both included.
---
---Positions outside the string are cut to it: nothing is raised, the result is just shorter or empty. `s:sub(-3)` gives
---the last three bytes. It may cut a character outside ASCII apart.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.sub)
---@nodiscard
---@param s string|number
---@param i integer first position, negative from the end
---@param j? integer last position, negative from the end (default -1)
---@return string
function string.sub(s, i, j) end

---Reads values back from what `string.pack` made, and gives after them the position of the first byte not read.
---
---Raises an error when the data is too short for the format.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.unpack)
---@nodiscard
---@param fmt string
---@param s string
---@param pos? integer where to start, negative from the end (default 1)
---@return any ...
function string.unpack(fmt, s, pos) end

---Gives a copy with upper-case letters. Only the locale's single bytes change, in the usual locale just a to z.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-string.upper)
---@nodiscard
---@param s string|number
---@return string
function string.upper(s) end
