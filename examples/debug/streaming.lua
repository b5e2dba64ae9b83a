#!/usr/bin/env llmspell-run
-- Purpose: streams: values that are made one at a time, only when somebody asks for them.
--
--   llmspell-run examples/debug/streaming.lua

-- A generator yields; the stream hands its values on.
local function words(text)
  return Streaming.create(function()
    for word in text:gmatch("%a+") do
      Streaming.yield(word)
    end
  end)
end

print("== One at a time")
local stream = words("mirror mirror on the wall")
print(stream:next(), stream:next())
print("the rest:", table.concat(stream:collect(), " "))
print("done:", stream:isDone())

-- Streams can be built on streams: nothing is computed before it is needed.
print("\n== A pipeline")
local function numbers()
  return Streaming.create(function()
    local n = 0
    while true do
      n = n + 1
      Streaming.yield(n)
    end
  end)
end

local function filter(source, keep)
  return Streaming.create(function()
    for value in function() return source:next() end do
      if keep(value) then Streaming.yield(value) end
    end
  end)
end

local function take(source, count)
  return Streaming.create(function()
    for _ = 1, count do Streaming.yield(source:next()) end
  end)
end

local function is_prime(n)
  for divisor = 2, math.floor(n ^ 0.5) do
    if n % divisor == 0 then return false end
  end
  return n > 1
end

print("primes:", table.concat(take(filter(numbers(), is_prime), 10):collect(), " "))

-- An error in the generator comes out of `next`, and ends the stream.
print("\n== Errors")
local failing = Streaming.create(function()
  Streaming.yield("fine so far")
  error("the source ran dry")
end)
print(failing:next())
print(pcall(failing.next, failing))
print("done:", failing:isDone())
