-- Purpose: Write a message from a template, look at it, and send it when asked to.
-- Run:     llmspell-run examples/tools/communication.lua
--          EMAIL_SMTP_HOST=mail.example.org llmspell-run examples/tools/communication.lua --send --to you@example.org
-- Who may get mail is said by `tools.email.allowed_recipients` in the configuration.

local message = {
  from = ARGS.from or "reports@example.org",
  to = ARGS.to or "ada@example.org",
  subject = "Report for {{ name }}",
  body = "Dear {{ name }},\n\n{% for each in figures %}{{ each.what }}: {{ each.count }}\n{% endfor %}",
  context = { name = "Ada & Co", figures = { { what = "readers", count = 1200 }, { what = "writers", count = 3 } } },
}

local function email(operation)
  message.operation = operation
  return Tool.execute("email-sender", message)
end

-- A preview checks all that sending checks, and sends nothing.
local preview = email("preview").result
print("To:      " .. table.concat(preview.to, ", "))
print("Subject: " .. preview.subject)
print(preview.body)

-- Line breaks in a header would add further ones; they are refused.
message.subject = "Hello\nBcc: eve@example.org"
print(select(2, pcall(email, "preview")))
message.subject = "Report for {{ name }}"

-- Failures of providers are given, not raised: a spell that sends many goes on with the next.
if ARGS.send then
  local sent = email("send_email")
  print(sent.success and "sent by " .. sent.result.provider or sent.error.message)
end
