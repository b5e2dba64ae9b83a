-- Purpose: Markdown, templates, calendars and references: texts that people read.
-- Run:     llmspell-run examples/tools/documents.lua

-- A template is filled in, then converted. What strangers write is made harmless on the way.
local template = [[
---
title: Report of {{ month }}
---
# Figures

{% for row in rows %}- **{{ row.name }}**: {{ row.value }}
{% endfor %}
## Remarks

<script>alert("from a stranger")</script>
]]
local filled = Tool.execute("template-creator", {
  input = template,
  context = { month = "November", rows = { { name = "readers", value = 1200 }, { name = "writers", value = 3 } } },
})
local page = Tool.execute("markdown-converter", { operation = "to_html", input = filled.result.rendered })
print(page.result.title)
print(page.result.output)

for _, heading in ipairs(page.result.toc) do
  print(("  "):rep(heading.level) .. heading.text .. "  #" .. heading.anchor)
end

-- The way back.
print(Tool.execute("markdown-converter", { operation = "to_markdown", input = "<p>A <b>bold</b> word</p>" }).text)

-- Recurrences are expanded within a window, with their exceptions and summer time.
local calendar = [[
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:1
SUMMARY:Stand-up
DTSTART;TZID=Europe/Berlin:20261019T090000
DURATION:PT15M
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
END:VCALENDAR
]]
local found = Tool.execute("calendar-parser", { input = calendar, start = "2026-10-20", ["end"] = "2026-11-30", timezone = "UTC" })
for _, event in ipairs(found.result.events) do
  print(event.start, event.summary)
end

local reference = [[
@book{knuth, author = {Donald E. Knuth}, title = {The Art of Computer Programming}, year = {1968}, publisher = {Addison-Wesley}}
]]
print(Tool.execute("citation-formatter", { operation = "format_citation", input = reference, format = "bibtex", style = "apa" }).text)

-- Long texts in pieces that a model can take.
local pieces = Tool.execute("text-splitter", { input = ("A sentence of some words. "):rep(40), size = 200, overlap = 20 })
print(#pieces.result.chunks .. " pieces")
