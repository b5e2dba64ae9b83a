-- Purpose: What a spell may learn of the machine, and how it runs programs.
-- Run:     llmspell-run examples/tools/system.lua

local function run(name, params) return Tool.execute(name, params).result end

local memory = run("system-monitor", { operation = "memory" })
print("the machine's memory is known:", next(memory) ~= nil)

-- Variables whose names look like secrets are as good as not there.
print("PATH is set:", run("environment-reader", { operation = "get", variable_name = "PATH" }) ~= nil)
local ok, reason = pcall(run, "environment-reader", { operation = "get", variable_name = "GITHUB_TOKEN" })
print("a secret:", ok and "known to trusted spells only" or reason)

-- A program gets its arguments as they are: there is no shell that `;` or `$( )` could speak to. It runs
-- confined by the kernel; where that is not possible, it does not run unless the configuration says so.
local done, result = pcall(Tool.execute, "process-executor", { operation = "execute", executable = "echo", arguments = { "$(whoami); done" } })
print(done and result.result.stdout or result)

-- Only programs that are allowed run, whatever they are called.
local ran, refusal = pcall(Tool.execute, "process-executor", { operation = "execute", executable = "rm", arguments = { "-f", "x" } })
print(ran and "this spell is trusted" or refusal)

-- A service that does not answer is a result, not an error.
local service = run("service-checker", { target = ARGS.service or "example.com:443", check_type = "tcp", timeout_seconds = 2 })
print(service.target, service.available and "answers" or "does not answer")
