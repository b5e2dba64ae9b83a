---@meta _

---Time, environment and files of the operating system.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.9)
---@class oslib
os = {}

---A point in local time as `os.time` takes it. Values out of range are carried over: day 0 is the last of the month
---before.
---@class osdateparam
---@field year integer|string all digits, such as 2026
---@field month integer|string from 1 to 12
---@field day integer|string from 1 to 31
---@field hour? integer|string from 0 to 23 (default 12, noon)
---@field min? integer|string from 0 to 59 (default 0)
---@field sec? integer|string from 0 to 60 (default 0)
---@field isdst? boolean whether daylight saving is in force; `nil` lets the system decide

---A point in time as `os.date("*t")` gives it.
---@class osdate: osdateparam
---@field year integer all digits
---@field month integer from 1 to 12
---@field day integer from 1 to 31
---@field hour integer from 0 to 23
---@field min integer from 0 to 59
---@field sec integer from 0 to 60, to allow for leap seconds
---@field wday integer from 1 (Sunday) to 7
---@field yday integer from 1 to 366
---@field isdst boolean? whether daylight saving is in force; `nil` if that is not known

---@alias dateformat
---| "*t" # a table in local time
---| "!*t" # a table in UTC
---| "%c" # date and time in the locale's usual form (the default)
---| "%Y-%m-%d" # the date in the form of ISO 8601
---| "%H:%M:%S" # the time of day
---| "!%Y-%m-%dT%H:%M:%SZ" # date and time of ISO 8601 in UTC
---| string # any other conversions of C's `strftime`

---@alias exitcode
---| "exit" # it ended by itself; the number is its status
---| "signal" # a signal ended it; the number is that of the signal

---@alias localecategory
---| "all" # everything (the default)
---| "collate" # order of strings
---| "ctype" # classes of characters
---| "monetary" # amounts of money
---| "numeric" # decimal point
---| "time" # dates and times

---Gives the processor time that the program has used, in seconds.
---
---Waiting does not count: use `os.time` for the time of day.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.clock)
---@nodiscard
---@return number seconds
function os.clock() end

---Gives a point in time as text or, for the formats `"*t"` and `"!*t"`, as a table.
---
---Takes the conversion letters of C's `strftime`, such as `"%Y-%m-%d %H:%M:%S"`; a `!` in front means UTC instead of
---local time. Raises an error for an unknown letter and for times that cannot be represented.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.date)
---@nodiscard
---@overload fun(format: "*t"|"!*t", time?: integer): osdate
---@param format? dateformat default `"%c"`
---@param time? integer seconds as given by `os.time` (default: now)
---@return string
function os.date(format, time) end

---Gives the seconds from `t1` to `t2`. Note the order: the later time comes first.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.difftime)
---@nodiscard
---@param t2 integer
---@param t1 integer
---@return number seconds
function os.difftime(t2, t1) end

---Runs a command in the system's shell and waits for its end. Without a command: tells whether there is a shell.
---
---Gives `true` for success and `nil` for failure, then how it ended and the status. The output goes where that of the
---program goes; `io.popen` reads it. Quote what you did not write yourself: the shell interprets everything.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.execute)
---@overload fun(): boolean
---@param command string
---@return true? ok
---@return exitcode how
---@return integer code
function os.execute(command) end

---Ends the program and does not return.
---
---`true`, the default, stands for success, `false` for failure, a number for itself. Unless `close` is true, the Lua
---state is left as it is: no finalizers, no `<close>` variables.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.exit)
---@param code? boolean|integer
---@param close? boolean close the Lua state first
function os.exit(code, close) end

---Gives the value of an environment variable; `nil` if it is not set.
---
---A set but empty variable gives `""`, which counts as true.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.getenv)
---@nodiscard
---@param name string
---@return string? value
function os.getenv(name) end

---Deletes a file, on POSIX systems also an empty directory.
---
---Gives `true`, or `nil`, a message and the system's error number.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.remove)
---@param filename string
---@return true? ok
---@return string? message
---@return integer? code
function os.remove(filename) end

---Renames or moves a file or directory.
---
---Gives `true`, or `nil`, a message and the system's error number. Moving to another file system fails; whether an
---existing target is replaced depends on the system.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.rename)
---@param oldname string
---@param newname string
---@return true? ok
---@return string? message
---@return integer? code
function os.rename(oldname, newname) end

---Sets the locale of the whole process and gives its name; `nil` if the system does not know it.
---
---Without a locale it only tells the present one. An empty string stands for the user's locale. A locale with a decimal
---comma changes how numbers are read and written everywhere, in the host too.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.setlocale)
---@param locale? string such as `"C"`
---@param category? localecategory default `"all"`
---@return string? locale
function os.setlocale(locale, category) end

---Gives the present time, or that of a table, as a count of seconds, on usual systems since 1970 in UTC.
---
---The table is read as local time and must have `year`, `month` and `day`; without `hour` it is noon. Fields out of
---range are carried over, and the table itself is brought into normal form, which makes it a calculator for dates.
---Raises an error for missing fields, for numbers with a fraction and for times that cannot be represented.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.time)
---@param time? osdateparam
---@return integer seconds
function os.time(time) end

---Gives the name of a file that can serve as a temporary one.
---
---On POSIX systems it is made at once, to reserve the name, and stays until you remove it. `io.tmpfile` cleans up after
---itself. Raises an error if no name can be made.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-os.tmpname)
---@nodiscard
---@return string filename
function os.tmpname() end
