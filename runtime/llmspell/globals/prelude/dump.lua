-- Values as readable text (spec lua-globals §16, "Dump form"). Tables are read raw and no
-- metamethod is called, so showing a value never runs code of the script; only the properties
-- that show an object of the API (its `debug_view`) are asked of the engine itself.

local host = ...
local raw = host.raw
local type, next, error, pcall, rawequal, rawget, rawlen =
  raw.type, raw.next, raw.error, raw.pcall, raw.rawequal, raw.rawget, raw.rawlen
local format, find, gsub, sub, byte, rep, tostring =
  raw.string.format, raw.string.find, raw.string.gsub, raw.string.sub, raw.string.byte, raw.string.rep, raw.tostring
local concat, sort, math_type, huge = raw.table.concat, raw.table.sort, raw.math.type, raw.math.huge
local utf8_len, utf8_offset, status = raw.utf8.len, raw.utf8.offset, raw.coroutine.status
local getmetatable, getinfo = raw.debug.getmetatable, raw.debug.getinfo

local MAX_DEPTH = 200
local MAX_INDENT = 16 -- spaces for each level
local MAX_VALUES = 20000 -- of one dump: tables that are reached on many ways would multiply
local MAX_COUNTED = 100000 -- entries of one table that are counted
local MAX_SORTED = 10000 -- keys of one table that are put in order

--- The options of each form of dump.
host.dump_styles = {
  dump = {
    max_depth = 10, indent_size = 2, max_string_length = 200, max_array_elements = 50, max_table_pairs = 50,
    show_types = true, show_addresses = false, show_metatables = false, compact_mode = false,
  },
  compact = {
    max_depth = 3, indent_size = 0, max_string_length = 50, max_array_elements = 10, max_table_pairs = 10,
    show_types = false, show_addresses = false, show_metatables = false, compact_mode = true,
  },
  verbose = {
    max_depth = 20, indent_size = 4, max_string_length = 1000, max_array_elements = 200, max_table_pairs = 200,
    show_types = true, show_addresses = true, show_metatables = true, compact_mode = false,
  },
  --- A variable in a stack trace.
  short = {
    max_depth = 2, indent_size = 0, max_string_length = 60, max_array_elements = 5, max_table_pairs = 5,
    show_types = false, show_addresses = false, show_metatables = false, compact_mode = true,
  },
}

-- Strings ------------------------------------------------------------------------------------

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(character) return ESCAPES[character] or format("\\x%02X", byte(character)) end

local function escape_control(pair) return format("\\u{%X}", byte(pair, 2)) end

--- Text without control characters and invalid UTF-8; `special` are further characters to escape.
local function printable(text, special)
  if not utf8_len(text) then return (gsub(text, "[%c\x80-\xFF" .. special .. "]", escape)) end
  if find(text, "[%c" .. special .. "]") then text = gsub(text, "[%c" .. special .. "]", escape) end
  if find(text, "\xC2[\x80-\x9F]") then text = gsub(text, "\xC2[\x80-\x9F]", escape_control) end
  return text
end

--- One line of foreign text, such as a name or a line of source, that is safe to show.
function host.printable(text) return printable(text, "") end

--- The same between quotes: what is shown is a string in Lua.
function host.quotable(text) return printable(text, '"\\') end

local function quoted(text, limit)
  local count = utf8_len(text)
  local cut = (count or #text) > limit
  if cut then text = sub(text, 1, count and utf8_offset(text, limit + 1) - 1 or limit) end
  return '"' .. printable(text, '"\\') .. '"' .. (cut and "..." or ""), count
end

local function counted(count, what, more)
  return format("%d%s %s%s", count, more and "+" or "", what, count == 1 and "" or "s")
end

local function string_note(text, characters)
  if characters then return "string, " .. counted(characters, "char") end
  return "string, " .. counted(#text, "byte") .. ", not UTF-8"
end

-- Values without parts -----------------------------------------------------------------------

local function number_text(value)
  if math_type(value) == "integer" then return tostring(value), "integer" end
  if value ~= value then return "nan", "number" end
  if value == huge then return "inf", "number" end
  if value == -huge then return "-inf", "number" end
  return host.number_text(value), "number"
end

--- Where a chunk comes from, as a reader wants it: the path of a file, else the chunk's name.
function host.source_name(info)
  local first = byte(info.source)
  if first == 64 or first == 61 then return printable(sub(info.source, 2), "") end -- "@", "="
  return printable(info.short_src, "")
end

local function function_place(value)
  local info = getinfo(value, "S")
  if info.what == "C" or sub(info.source, 1, 10) == "=[llmspell" then return "built-in" end
  return host.source_name(info) .. ":" .. info.linedefined
end

local function address(value, options)
  return options.show_addresses and ", " .. format("%p", value) or ""
end

--- The name that a metatable gives to its values, if it is a string.
local function type_name(value)
  local metatable = getmetatable(value)
  local name = metatable and rawget(metatable, "__name")
  return type(name) == "string" and printable(name, "") or nil
end

local function mark(value, options)
  local kind, about = type(value), nil
  if kind == "function" then
    about = function_place(value)
  elseif kind == "thread" then
    about = status(value)
  else
    about = type_name(value)
  end
  return "<" .. kind .. (about and ": " .. about or "") .. address(value, options) .. ">"
end

-- Keys ---------------------------------------------------------------------------------------

local RESERVED = {}
for _, word in next, {
  "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local",
  "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
} do RESERVED[word] = true end

local RANK = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local kind, other = type(a), type(b)
  if kind ~= other then
    local rank, other_rank = RANK[kind] or 4, RANK[other] or 4
    if rank ~= other_rank then return rank < other_rank end
    return kind < other
  end
  if kind == "number" or kind == "string" then return a < b end
  if kind == "boolean" then return not a and b end
  return format("%p", a) < format("%p", b)
end

local function sorted_keys(value)
  local keys, count = {}, 0
  for key in next, value do
    count = count + 1
    keys[count] = key
    if count == MAX_SORTED then break end
  end
  sort(keys, before)
  return keys
end

local function key_text(key, options)
  local kind = type(key)
  if kind == "string" then
    if find(key, "^[%a_][%w_]*$") and not RESERVED[key] and #key <= options.max_string_length then return key end
    return "[" .. quoted(key, options.max_string_length) .. "]"
  end
  if kind == "number" then return "[" .. number_text(key) .. "]" end
  if kind == "boolean" then return key and "[true]" or "[false]" end
  if kind == "table" then
    return "[<" .. (host.class_name(key) or "table") .. address(key, options) .. ">]"
  end
  return "[" .. mark(key, options) .. "]"
end

-- Tables -------------------------------------------------------------------------------------
-- `out` is the dump under way: pieces of text 1..n, `left` values that may still be shown,
-- `above` the tables around this one with their depths, `options`.

local show

local function put(out, text)
  local n = out.n + 1
  out.n = n
  out[n] = text
end

local function indentation(out, depth)
  local size = out.options.indent_size
  return rep(" ", (size > MAX_INDENT and MAX_INDENT or size) * depth)
end

local function begin_entry(out, depth, first)
  if not out.options.compact_mode then
    put(out, "\n" .. indentation(out, depth + 1))
  elseif not first then
    put(out, ", ")
  end
end

local function end_entry(out)
  if not out.options.compact_mode then put(out, ",") end
end

--- A last entry for what is not shown.
local function put_rest(out, depth, first, hidden, more)
  begin_entry(out, depth, first)
  put(out, out.options.compact_mode and "..." or format("... (%d%s more)", hidden, more and "+" or ""))
end

--- Number of entries, whether there are more than were counted, whether they are exactly 1..n.
local function measure(value)
  local length, count = rawlen(value), 0
  local array = length > 0
  for key in next, value do
    count = count + 1
    array = array and math_type(key) == "integer" and key >= 1 and key <= length
    if count == MAX_COUNTED then
      if array then return length, false, true end
      return count, next(value, key) ~= nil, false
    end
  end
  return count, false, array and count == length
end

local function put_elements(out, value, count, depth)
  local most = out.options.max_array_elements
  for i = 1, count do
    if i > most or out.left <= 0 then
      put_rest(out, depth, i == 1, count - i + 1, false)
      return
    end
    begin_entry(out, depth, i == 1)
    show(out, rawget(value, i), depth + 1)
    end_entry(out)
  end
end

local function put_pairs(out, value, count, more, depth)
  local keys, most = sorted_keys(value), out.options.max_table_pairs
  for i = 1, count do
    local key = keys[i]
    if i > most or out.left <= 0 or key == nil then
      put_rest(out, depth, i == 1, count - i + 1, more)
      return
    end
    begin_entry(out, depth, i == 1)
    put(out, key_text(key, out.options) .. " = ")
    show(out, rawget(value, key), depth + 1)
    end_entry(out)
  end
end

local function put_metatable(out, value, depth, first)
  local names = {}
  for i, key in next, sorted_keys(getmetatable(value)) do names[i] = key_text(key, out.options) end
  begin_entry(out, depth, first)
  put(out, "<metatable: " .. concat(names, ", ") .. ">")
  end_entry(out)
end

local function table_note(value, count, more, array, options)
  if not options.show_types then return "" end
  local name = type_name(value)
  local what = array and "array, " .. counted(count, "element") or "table, " .. counted(count, "pair", more)
  return " (" .. (name and name .. " " or "") .. what .. address(value, options) .. ")"
end

local function put_table(out, value, depth)
  local options = out.options
  if out.above[value] then
    put(out, "<circular reference to depth " .. out.above[value] .. ">")
    return
  end
  if depth >= options.max_depth or depth >= MAX_DEPTH then
    put(out, "...")
    return
  end
  local count, more, array = measure(value)
  local note = table_note(value, count, more, array, options)
  local with_metatable = options.show_metatables and getmetatable(value)
  local opening, closing = array and "[" or "{", array and "]" or "}"
  if count == 0 and not with_metatable then
    put(out, opening .. closing .. note)
    return
  end
  out.above[value] = depth
  put(out, opening .. note .. (options.compact_mode and note ~= "" and " " or ""))
  if array then put_elements(out, value, count, depth) else put_pairs(out, value, count, more, depth) end
  if with_metatable then put_metatable(out, value, depth, count == 0) end
  if not options.compact_mode then put(out, "\n" .. indentation(out, depth)) end
  put(out, closing)
  out.above[value] = nil
end

local function property(value, name) return value[name] end

--- An object of the API: its class and what shows its meaning, on one line.
local function put_object(out, value, class, depth)
  put(out, class)
  local names = host.debug_views[class] or {}
  if #names == 0 or depth >= out.options.max_depth then
    put(out, address(value, out.options))
    return
  end
  local texts = {}
  for i = 1, #names do
    local ok, shown = pcall(property, value, names[i])
    if not ok and rawequal(shown, host.STOP) then error(shown, 0) end
    texts[i] = names[i] .. " = " .. (ok and host.dump(shown, host.dump_styles.short) or "<not available>")
  end
  put(out, " {" .. concat(texts, ", ") .. address(value, out.options) .. "}")
end

function show(out, value, depth)
  if out.left <= 0 then return put(out, "...") end
  out.left = out.left - 1
  local kind, text, note = type(value), nil, nil
  if kind == "string" then
    local characters
    text, characters = quoted(value, out.options.max_string_length)
    note = string_note(value, characters)
  elseif kind == "number" then
    text, note = number_text(value)
  elseif kind == "boolean" or kind == "nil" then
    text, note = tostring(value), kind
  elseif kind == "table" then
    local class = host.class_name(value)
    if class then return put_object(out, value, class, depth) end
    return put_table(out, value, depth)
  else
    return put(out, mark(value, out.options))
  end
  put(out, out.options.show_types and text .. " (" .. note .. ")" or text)
end

--- A value as text. options: a whole set of them, such as one of `host.dump_styles`.
function host.dump(value, options, label)
  local out = { n = 0, left = MAX_VALUES, above = {}, options = options }
  if label then put(out, label .. (options.compact_mode and ": " or ":\n")) end
  show(out, value, 0)
  return concat(out, "", 1, out.n)
end
