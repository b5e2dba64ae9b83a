-- Purpose: A tour of the utility tools: numbers, texts, dates, digests, identifiers.
-- Run:     llmspell-run examples/tools/utility.lua

local function run(name, params) return Tool.execute(name, params).result end

print("calculator:     ", run("calculator", { input = "sqrt(x ^ 2 + y ^ 2)", variables = { x = 3, y = 4 } }).result)
print("text-manipulator:", run("text-manipulator", { operation = "snake_case", input = "someLongName" }).result)
print("hash-calculator: ", run("hash-calculator", { operation = "hash", algorithm = "md5", input = "test" }).hash)
print("base64-encoder:  ", run("base64-encoder", { operation = "encode", input = "Hello" }).output)
print("uuid-generator:  ", run("uuid-generator", { version = "v5", namespace = "dns", name = "example.org" }).uuid)
print("datetime-handler:", run("datetime-handler", {
  operation = "add", input = "2024-02-28", amount = 2, unit = "days", format = "%Y-%m-%d",
}).result)
