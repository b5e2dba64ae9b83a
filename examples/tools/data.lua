-- Purpose: Ask JSON and CSV questions, and compare texts.
-- Run:     llmspell-run examples/tools/data.lua

local users = '{"users": [{"name": "Grace", "age": 45}, {"name": "Ada", "age": 36}]}'
local names = Tool.execute("json-processor", { operation = "query", input = users, query = ".users | map(.name) | sort" })
print("names:", table.concat(names.data, ", "))

local difference = Tool.execute("diff-calculator", { old_text = "one\ntwo\n", new_text = "one\n2\n" })
print(difference.result.diff or difference.text)
