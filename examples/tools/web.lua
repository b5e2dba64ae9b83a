-- Purpose: Read pages, feeds and sitemaps, and notice what has changed.
-- Run:     llmspell-run examples/tools/web.lua
--          llmspell-run examples/tools/web.lua --url http://localhost:8080
-- Without a site of its own it reads https://example.com, which has no feed and no sitemap.

local site = ARGS.url or "https://example.com"

-- An address in its parts, without asking anybody.
local parts = Tool.execute("url-analyzer", { input = "https://example.com:8443/a%20b?tag=x&tag=y#end" }).result
print(parts.host, parts.port, parts.path)

-- Pieces of a page, by CSS selectors.
local page = Tool.execute("web-scraper", { input = site .. "/", selectors = { title = "h1", first = "p" }, extract_links = true })
print(page.text)

-- A failure says which way it failed; here the spell goes on.
local function try(name, params)
  local ok, result = pcall(Tool.execute, name, params)
  if ok then return result.result end
  print(("%s: %s"):format(name, tostring(result):match("[^\n]+")))
end

-- RSS, Atom and JSON feeds look the same; links are absolute, moments are in UTC.
local feed = try("feed-reader", { input = site .. "/feed.xml", max_items = 3 })
for _, item in ipairs(feed and feed.items or {}) do
  print(item.published, item.title, item.link)
end

-- Ask again with what the site said of its version: nothing is sent when nothing is new.
if feed and feed.etag then
  local again = try("feed-reader", { input = site .. "/feed.xml", etag = feed.etag })
  print("anything new:", again and not again.not_modified)
end

local map = try("sitemap-crawler", { input = site .. "/sitemap.xml" })
print("pages known:", map and #map.urls or 0)

-- What is different from the last time.
local change = try("webpage-monitor", { input = site .. "/", previous_content = "an older text", selector = "h1" })
print("changed:", change and change.has_changes)
