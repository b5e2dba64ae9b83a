-- Purpose: Sort the files of a folder into folders by their extensions.
-- Run:     llmspell-run examples/cookbook/file-organizer.lua
--          llmspell-run examples/cookbook/file-organizer.lua --folder ~/Downloads

local folder = ARGS.folder
local shown = not folder

if shown then -- a folder to show it with
  folder = os.tmpname() .. "-files"
  for name, text in pairs { ["a.txt"] = "one", ["b.TXT"] = "two", ["c.csv"] = "x,y", ["readme"] = "three" } do
    Tool.execute("file-operations", { operation = "write", path = folder .. "/" .. name, input = text })
  end
end

local moved = 0
for _, entry in ipairs(Tool.execute("file-operations", { operation = "list_dir", path = folder }).result.entries) do
  if entry.type == "file" then
    local extension = (entry.name:match("%.([^.]+)$") or "other"):lower()
    local target = ("%s/%s/%s"):format(folder, extension, entry.name)
    Tool.execute("file-operations", { operation = "move", source_path = entry.path, target_path = target })
    print(("%-8s -> %s/"):format(entry.name, extension))
    moved = moved + 1
  end
end
print(moved .. " files moved")

if shown then -- and away with it
  for path in ("txt/a.txt txt/b.TXT csv/c.csv other/readme txt csv other"):gmatch("%S+") do
    assert(os.remove(folder .. "/" .. path))
  end
  assert(os.remove(folder))
end
