---@meta _

---Strings as sequences of characters in UTF-8.
---
---Positions are positions of bytes, as everywhere in Lua. Letter case and normal forms are not dealt with.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.5)
---@class utf8lib
utf8 = {}

---A pattern that matches the bytes of one character, for `string.gmatch` and its kin.
---
---It trusts the subject to be valid UTF-8: check with `utf8.len` first.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.charpattern)
---@type string
utf8.charpattern = "[\0-\x7F\xC2-\xFD][\x80-\xBF]*"

---Gives the characters with these code points as one string.
---
---Raises an error for negative numbers and for those of 2^31 and more; surrogates and numbers beyond U+10FFFF pass.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.char)
---@nodiscard
---@param ... integer
---@return string
function utf8.char(...) end

---Gives the code points of all characters that begin between the bytes `i` and `j`.
---
---Without `j` it is the one character at `i`. Raises an error for bytes that are not valid UTF-8, also when `i` points
---into the middle of a character, and for positions outside the string.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.codepoint)
---@nodiscard
---@param s string
---@param i? integer first byte, negative from the end (default 1)
---@param j? integer last byte (default `i`)
---@param lax? boolean also accept surrogates and numbers up to 2^31
---@return integer ...
function utf8.codepoint(s, i, j, lax) end

---Gives what a `for` loop needs to walk the characters: `for position, code in utf8.codes(s) do`.
---
---`position` counts bytes, `code` is the code point (`utf8.char` makes it a string again). The loop raises an error
---where it meets bytes that are not valid UTF-8.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.codes)
---@nodiscard
---@param s string
---@param lax? boolean also accept surrogates and numbers up to 2^31
---@return (fun(s: string, i: integer): integer, integer) iterator
---@return string s
---@return integer start
function utf8.codes(s, lax) end

---Counts the characters that begin between the bytes `i` and `j`.
---
---Gives `nil` and the position of the first bad byte when the text is not valid UTF-8, which makes it the test for
---validity. Raises an error for positions outside the string. `#s` counts bytes instead.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.len)
---@nodiscard
---@param s string
---@param i? integer first byte, negative from the end (default 1)
---@param j? integer last byte (default -1)
---@param lax? boolean also accept surrogates and numbers up to 2^31
---@return integer? count
---@return integer? badpos
function utf8.len(s, i, j, lax) end

---Gives the byte position where the `n`-th character from byte `i` on begins; `nil` if there is none.
---
---A negative `n` counts backwards, and 0 finds the beginning of the character that byte `i` is part of. One past the
---last character counts as a position. Raises an error when `i` points into the middle of a character (unless `n` is 0)
---or outside the string. The text should be valid: nothing is checked.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-utf8.offset)
---@nodiscard
---@param s string
---@param n integer which character
---@param i? integer byte to count from (default 1, or one past the end for negative `n`)
---@return integer? position
function utf8.offset(s, n, i) end
