-- Purpose: Test a spell that asks a model, without a model: its answers are in triage_test.cassette.json.
-- Run:     llmspell test examples/testing

local routing = require("lib.routing")

local MODEL = "local/qwen2.5-coder-0.5b-instruct-q4_k_m@candle"

local function triage(message)
  return Test.run("triage.lua", { "--model", MODEL }, { stdin = message })
end

Test.describe("triage", function()
  Test.case("sends questions of money to the accounts", function()
    local run = triage("I was charged twice for one order.")
    Test.truthy(run.success, run.error)
    Test.contains(run.value, { topic = "billing", team = "accounts" })
    Test.equal(run.output, "billing\taccounts\n")
  end)

  Test.case("sends lost parcels to the warehouse", function()
    Test.contains(triage("My parcel has not arrived.").value, { topic = "delivery", team = "warehouse" })
  end)

  Test.case("asks for few tokens", function()
    local tokens = triage("My parcel has not arrived.").value.tokens
    Test.truthy(tokens < 200, "tokens: " .. tokens)
  end)

  Test.case("asks nobody about nothing", function()
    Test.contains(triage(" \n").output, "Write a message")
  end)
end)

Test.describe("routing", function()
  Test.case("has somebody for every topic", function()
    Test.equal(routing.team("delivery"), "warehouse")
    Test.equal(routing.team("gardening"), "front desk")
  end)
end)
