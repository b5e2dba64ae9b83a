---@meta _

---Numbers: constants, rounding, powers, angles, chance.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.7)
---@class mathlib
math = {}

---Infinity, greater than any other number. It is a float without an integer form.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.huge)
---@type number
math.huge = 1 / 0

---The greatest integer, 2^63 - 1. Adding 1 wraps round to `math.mininteger`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.maxinteger)
---@type integer
math.maxinteger = 0x7fffffffffffffff

---The least integer, -2^63. It has no positive counterpart: its negation is itself.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.mininteger)
---@type integer
math.mininteger = 0x8000000000000000

---The ratio of a circle's circumference to its diameter.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.pi)
---@type number
math.pi = 3.141592653589793

---@alias numbertype
---| "integer" # a whole number of 64 bits
---| "float" # a number with a fraction part, even if it is zero

---Gives the distance from zero; an integer stays an integer.
---
---`math.abs(math.mininteger)` wraps round and stays negative.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.abs)
---@nodiscard
---@overload fun(x: integer): integer
---@param x number
---@return number
function math.abs(x) end

---Gives the angle in radians, from 0 to pi, whose cosine is `x`; NaN outside -1 to 1.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.acos)
---@nodiscard
---@param x number
---@return number radians
function math.acos(x) end

---Gives the angle in radians, from -pi/2 to pi/2, whose sine is `x`; NaN outside -1 to 1.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.asin)
---@nodiscard
---@param x number
---@return number radians
function math.asin(x) end

---Gives the angle in radians of the point (`x`, `y`), in the right quadrant.
---
---The first argument is `y`. With one argument it is the plain arc tangent. It takes the place of the `atan2` of older
---versions.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.atan)
---@nodiscard
---@param y number
---@param x? number default 1
---@return number radians
function math.atan(y, x) end

---Rounds up to the next whole number, as an integer.
---
---A float beyond the range of integers stays a float.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.ceil)
---@nodiscard
---@param x number
---@return integer
function math.ceil(x) end

---Gives the cosine of an angle in radians.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.cos)
---@nodiscard
---@param x number angle in radians
---@return number
function math.cos(x) end

---Converts an angle from radians to degrees.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.deg)
---@nodiscard
---@param x number angle in radians
---@return number degrees
function math.deg(x) end

---Gives e to the power of `x`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.exp)
---@nodiscard
---@param x number
---@return number
function math.exp(x) end

---Rounds down to the next whole number, as an integer.
---
---Down means towards minus infinity: -1.5 becomes -2. Round to the nearest with `math.floor(x + 0.5)`. A float beyond
---the range of integers stays a float.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.floor)
---@nodiscard
---@param x number
---@return integer
function math.floor(x) end

---Gives the remainder of `x / y` with the sign of `x`.
---
---The operator `%` takes the sign of `y` instead: `math.fmod(-1, 3)` is -1 where `-1 % 3` is 2. Integer zero as `y`
---raises an error, float zero gives NaN.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.fmod)
---@nodiscard
---@overload fun(x: integer, y: integer): integer
---@param x number
---@param y number
---@return number
function math.fmod(x, y) end

---Gives the logarithm of `x`, natural unless a base is given.
---
---Zero gives minus infinity and a negative number NaN.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.log)
---@nodiscard
---@param x number
---@param base? number default e
---@return number
function math.log(x, base) end

---Gives the greatest of its arguments.
---
---Raises an error without arguments, as in `math.max(table.unpack(list))` for an empty list.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.max)
---@nodiscard
---@overload fun(x: integer, ...: integer): integer
---@param x number
---@param ... number
---@return number
function math.max(x, ...) end

---Gives the least of its arguments.
---
---Raises an error without arguments, as in `math.min(table.unpack(list))` for an empty list.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.min)
---@nodiscard
---@overload fun(x: integer, ...: integer): integer
---@param x number
---@param ... number
---@return number
function math.min(x, ...) end

---Splits a number into its whole part, cut towards zero, and the rest, both with the sign of `x`.
---
---The rest is always a float, even for an integer `x`. For an infinity it is 0.0.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.modf)
---@nodiscard
---@param x number
---@return number whole
---@return number fraction
function math.modf(x) end

---Converts an angle from degrees to radians.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.rad)
---@nodiscard
---@param x number angle in degrees
---@return number radians
function math.rad(x) end

---Gives a pseudo-random number.
---
---Without arguments a float from 0 up to but not including 1; with `m` an integer from 1 to `m`; with `m` and `n` an
---integer from `m` to `n`, both included. `math.random(0)` gives an integer with all 64 bits random. Raises an error
---when the range is empty, for instance for the length of an empty list, and for bounds with a fraction. The sequence
---differs from run to run unless `math.randomseed` fixes it; it is not fit for secrets.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.random)
---@overload fun(): number
---@overload fun(m: integer): integer
---@param m integer least result
---@param n integer greatest result
---@return integer
function math.random(m, n) end

---Starts the pseudo-random sequence anew: from a given seed, or from a fresh one when called without arguments.
---
---Equal seeds give equal sequences. Gives the two parts of the seed in use, which can be handed in again to repeat a
---run. Lua 5.4 seeds itself at the start, so `math.randomseed(os.time())` only makes the sequence easier to guess.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.randomseed)
---@overload fun(): integer, integer
---@param x number
---@param y? integer
---@return integer x
---@return integer y
function math.randomseed(x, y) end

---Gives the sine of an angle in radians.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.sin)
---@nodiscard
---@param x number angle in radians
---@return number
function math.sin(x) end

---Gives the square root; NaN for negative numbers.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.sqrt)
---@nodiscard
---@param x number
---@return number
function math.sqrt(x) end

---Gives the tangent of an angle in radians.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.tan)
---@nodiscard
---@param x number angle in radians
---@return number
function math.tan(x) end

---Gives the value as an integer, or `nil` when it has no exact integer form.
---
---It does not round: 3.0 becomes 3 and 3.5 gives `nil`. Use `math.floor` to round.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.tointeger)
---@nodiscard
---@param x any
---@return integer? integer
function math.tointeger(x) end

---Tells an integer from a float; `nil` for anything that is not a number.
---
---Numbers that are equal can differ here: `1 == 1.0`, yet one is `"integer"` and the other `"float"`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.type)
---@nodiscard
---@param x any
---@return numbertype?
function math.type(x) end

---Tells whether `m` is below `n` when both are read as integers without sign.
---
---Negative integers count as the greatest. Raises an error for numbers with a fraction.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-math.ult)
---@nodiscard
---@param m integer
---@param n integer
---@return boolean
function math.ult(m, n) end
