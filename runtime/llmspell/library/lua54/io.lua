---@meta _

---Files and streams.
---
---Functions of `io` use the current input and output, methods of a file the file itself. Unless stated otherwise,
---failures of the system come back as `nil`, a message and an error number; misuse raises an error.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#6.8)
---@class iolib
---@field stdin file* the program's standard input
---@field stdout file* the program's standard output
---@field stderr file* the program's standard error, for messages
io = {}

---@alias openmode
---| "r" # read; the file must exist (the default)
---| "w" # write; an existing file is emptied
---| "a" # append; all writing goes to the end
---| "r+" # read and write; the file must exist and keeps its contents
---| "w+" # read and write; an existing file is emptied
---| "a+" # read, and append at the end
---| "rb" # read, bytes untouched on Windows too
---| "wb" # write, bytes untouched on Windows too
---| "ab" # append, bytes untouched on Windows too
---| "r+b" # read and write what exists, bytes untouched on Windows too
---| "w+b" # read and write an emptied file, bytes untouched on Windows too
---| "a+b" # read and append, bytes untouched on Windows too

---@alias popenmode
---| "r" # read what the command prints (the default)
---| "w" # write what the command reads

---@alias readmode
---| "l" # the next line without its line end (the default)
---| "L" # the next line with its line end
---| "n" # a number in Lua's notation
---| "a" # all the rest; an empty string at the end of the file
---| "*l" # old form of `"l"`
---| "*L" # old form of `"L"`
---| "*n" # old form of `"n"`
---| "*a" # old form of `"a"`

---@alias seekwhence
---| "set" # from the beginning
---| "cur" # from the present position (the default)
---| "end" # from the end

---@alias vbuf
---| "no" # write everything at once
---| "full" # write when the buffer is full or flushed
---| "line" # write at every line end

---@alias filetype
---| "file" # an open file
---| "closed file" # a file that has been closed

---Closes a file; without one, the current output.
---
---Gives what `file:close` gives.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.close)
---@param file? file* default: the current output
---@return true? ok
---@return string? how
---@return integer? code
function io.close(file) end

---Hands everything written to the current output so far over to the system.
---
---Gives what `file:flush` gives.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.flush)
---@return true? ok
---@return string? message
---@return integer? code
function io.flush() end

---Gives the current input; with a name or a file, makes that the current input first.
---
---A file given by name is opened for reading in text mode. Raises an error if that fails.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.input)
---@param file? string|file*
---@return file* input
function io.input(file) end

---Gives an iterator over a file, by lines unless formats say otherwise. Without a name it reads the current input.
---
---The file is closed at the end, and when a `for` loop is left early. Raises an error when it cannot be opened or read;
---guard with `io.open` if it may be missing. Of the results only the first matters outside a `for` loop.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.lines)
---@nodiscard
---@overload fun(filename?: string, format?: "l"|"L"|"a"|integer): (fun(): string)
---@overload fun(filename: string?, format: "n"): (fun(): number)
---@param filename? string
---@param ... readmode|integer what to read each time; a number is a count of bytes
---@return (fun(): any, ...) iterator
---@return nil state
---@return nil start
---@return file*? file
function io.lines(filename, ...) end

---Opens a file and gives it; `nil`, a message and an error number if that fails.
---
---Check the result, or wrap the call in `assert`. Close the file, or declare `local f <close> = …`: else what was
---written may stay in a buffer until the collector comes. Raises an error for an invalid mode.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.open)
---@nodiscard
---@param filename string
---@param mode? openmode default `"r"`
---@return file*? file
---@return string? message
---@return integer? code
function io.open(filename, mode) end

---Gives the current output; with a name or a file, makes that the current output first.
---
---A file given by name is opened for writing and thereby emptied. Raises an error if that fails. `print` does not
---follow: it always writes to standard output.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.output)
---@param file? string|file*
---@return file* output
function io.output(file) end

---Starts a command in the system's shell and gives a file to read its output from or to write its input to.
---
---Its `close` waits for the end and tells the status. Gives `nil`, a message and an error number when it cannot be
---started; a command that does not exist counts as started and fails in the shell. Builds of Lua without support for
---processes raise `'popen' not supported`. Quote what you did not write yourself.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.popen)
---@nodiscard
---@param command string
---@param mode? popenmode default `"r"`
---@return file*? file
---@return string? message
---@return integer? code
function io.popen(command, mode) end

---Reads from the current input, one value per format; `nil` at the end of the file.
---
---The same as `io.input():read(...)`: see `file:read`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.read)
---@overload fun(format?: "l"|"L"|"*l"|"*L"|integer): string?
---@overload fun(format: "a"|"*a"): string
---@overload fun(format: "n"|"*n"): number?
---@param ... readmode|integer what to read; a number is a count of bytes
---@return any ...
function io.read(...) end

---Opens a nameless temporary file for reading and writing, which vanishes when it is closed or the program ends.
---
---Gives `nil`, a message and an error number if it cannot be made.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.tmpfile)
---@nodiscard
---@return file*? file
---@return string? message
---@return integer? code
function io.tmpfile() end

---Tells whether a value is an open or a closed file; `nil` if it is no file at all.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.type)
---@nodiscard
---@param value any
---@return filetype?
function io.type(value) end

---Writes strings and numbers to the current output, with nothing between or after them, and gives that file.
---
---Raises an error for other types: use `tostring`. Output may be buffered until `io.flush`. On failure it gives `nil`,
---a message and an error number.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-io.write)
---@param ... string|number
---@return file* output
---@return string? message
---@return integer? code
function io.write(...) end

---An open file, as `io.open` gives it. A method called on a closed one raises an error.
---@class file*
local file = {}

---Closes the file; for one of `io.popen`, waits for the command.
---
---Gives `true`, or `nil`, a message and an error number. For a command: `true` or `nil`, `"exit"` or `"signal"`, and
---the status. Closing is also when the last of the output reaches the disk, so this is where a full disk may show.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:close)
---@return true? ok
---@return string? how
---@return integer? code
function file:close() end

---Hands everything written so far over to the system.
---
---Gives `nil`, a message and an error number on failure. It does not wait for the disk.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:flush)
---@return true? ok
---@return string? message
---@return integer? code
function file:flush() end

---Gives an iterator over the file, by lines unless formats say otherwise.
---
---Unlike that of `io.lines`, it leaves the file open at the end. Raises an error when reading fails.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:lines)
---@nodiscard
---@overload fun(self: file*, format?: "l"|"L"|"a"|integer): (fun(): string)
---@overload fun(self: file*, format: "n"): (fun(): number)
---@param ... readmode|integer what to read each time; a number is a count of bytes
---@return (fun(): any, ...) iterator
function file:lines(...) end

---Reads from the file, one value per format, a line when there is none; `nil` for what cannot be read, and then no
---more.
---
---A number reads up to so many bytes; 0 tests for the end of the file. `"a"` gives an empty string at the end, never
---`nil`. `"n"` gives `nil` where no number stands, having skipped what it looked at. Gives `nil`, a message and an
---error number when the system fails, and raises an error for an invalid format. Between reading and writing the same
---file there must be a `seek` or `flush`.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:read)
---@overload fun(self: file*, format?: "l"|"L"|"*l"|"*L"|integer): string?
---@overload fun(self: file*, format: "a"|"*a"): string
---@overload fun(self: file*, format: "n"|"*n"): number?
---@param ... readmode|integer what to read; a number is a count of bytes
---@return any ...
function file:read(...) end

---Moves to a position and gives it, in bytes from the beginning. Without arguments it only tells where you are.
---
---`file:seek("end")` gives the size. Gives `nil`, a message and an error number where the system cannot do it, as in
---pipes and terminals.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:seek)
---@param whence? seekwhence counted from where (default `"cur"`)
---@param offset? integer bytes (default 0)
---@return integer? position
---@return string? message
---@return integer? code
function file:seek(whence, offset) end

---Chooses when output is handed over to the system.
---
---Gives `true`, or `nil`, a message and an error number. Best called before anything is written.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:setvbuf)
---@param mode vbuf
---@param size? integer size of the buffer in bytes
---@return true? ok
---@return string? message
---@return integer? code
function file:setvbuf(mode, size) end

---Writes strings and numbers, with nothing between or after them, and gives the file, so that calls can be chained.
---
---Raises an error for other types: use `tostring`. On failure it gives `nil`, a message and an error number.
---
---[View manual](https://www.lua.org/manual/5.4/manual.html#pdf-file:write)
---@param ... string|number
---@return file* file
---@return string? message
---@return integer? code
function file:write(...) end
