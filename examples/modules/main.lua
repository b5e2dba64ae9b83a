-- Purpose: a spell in several files. `require` looks beside the script first.

local text = require("lib.text")

print(text.title("a spell in two files"))
print("loaded from " .. package.searchpath("lib.text", package.path):match("[^/]+/[^/]+$"))
