-- Purpose: a spell in several files. `require` looks beside the script first.

local text = require("lib.text")

print(text.title("a spell in two files"))
local file = assert(package.searchpath("lib.text", package.path))
print("loaded from " .. file:match("[^/]+/[^/]+$"))
