---@meta _

---Lists: tables with the indices 1 to `#t`.
---
---With holes (`nil` inside), `#t` may be any index that is followed by `nil`, and the functions here work up to that
---one. Keep the count yourself, or use `table.pack`, where values can be `nil`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.6)
---@class tablelib
table = {}

---Joins the strings and numbers of a list to one string; an empty string when there are none.
---
---Raises an error for any other element, including `nil` and booleans: convert with `tostring` first. Far cheaper than
---`..` in a loop.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.concat)
---@nodiscard
---@param list (string|number)[]
---@param sep? string between the elements (default empty)
---@param i? integer first index (default 1)
---@param j? integer last index (default `#list`)
---@return string
function table.concat(list, sep, i, j) end

---Puts a value at the end of a list or, with a position, before the element there, which moves up with all after it.
---
---Raises an error for a position below 1 or above `#list + 1`, and when the number of arguments is not two or three:
---`table.insert(t, f())` fails when `f` gives several values; write `(f())`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.insert)
---@overload fun(list: any[], value: any)
---@param list any[]
---@param pos integer from 1 to `#list + 1`
---@param value any
function table.insert(list, pos, value) end

---Copies the elements `f` to `e` of `source` to the indices from `t` on, and gives the destination.
---
---Without `target` it moves them within `source`; the ranges may overlap. The originals stay where nothing is copied
---over them. Raises an error when indices would overflow.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.move)
---@generic T
---@param source T[]
---@param f integer first index to copy
---@param e integer last index to copy
---@param t integer where the first one goes
---@param target? T[] default `source`
---@return T[] target
function table.move(source, f, e, t, target) end

---Gives a new table with all arguments at 1, 2, 3, … and their number in field `n`.
---
---Take `n` rather than `#`, which cannot be trusted when an argument is `nil`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.pack)
---@nodiscard
---@param ... any
---@return { n: integer, [integer]: any }
function table.pack(...) end

---Takes an element out of a list and gives it; those after it move down. Without a position, the last one.
---
---Gives `nil` for an empty list. Raises an error for a position outside 1 to `#list + 1`. Removing while walking the
---same list forwards skips elements: walk backwards. Taking from the front moves all the others each time.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.remove)
---@generic T
---@param list T[]
---@param pos? integer default `#list`
---@return T? removed
function table.remove(list, pos) end

---Sorts a list in place, by `<` or by `comp`.
---
---`comp(a, b)` must be true exactly when `a` has to stand before `b`. It must be false for equal elements: with `<=`
---you get `invalid order function for sorting` or a wrong order. Equal elements may change places. Raises an error for
---elements that cannot be compared, `nil` among them. `comp` cannot yield.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.sort)
---@generic T
---@param list T[]
---@param comp? fun(a: T, b: T): boolean default: `a < b`
function table.sort(list, comp) end

---Gives the elements from `i` to `j` as separate values.
---
---The default end is `#list`, so pass `t.n` for a table from `table.pack` that may hold `nil`. Raises `too many results
---to unpack` when the stack cannot hold them, at about a million.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-table.unpack)
---@nodiscard
---@generic T
---@param list T[] | table<integer, T> | {[integer]: T}
---@param i? integer first index (default 1)
---@param j? integer last index (default `#list`)
---@return T ...
function table.unpack(list, i, j) end
