-- Tests of the spell and its module: llmspell test

local greeting = require("lib.greeting")

Test.case("greets by name", function()
  local run = Test.run("main.lua", { "--name", "Ada" })
  Test.truthy(run.success, run.error)
  Test.contains(run.output, "Hello, Ada!")
end)

Test.case("counts its runs", function()
  Test.equal(greeting.count(1), "This spell has run 1 time.")
  Test.equal(greeting.count(2), "This spell has run 2 times.")
end)
