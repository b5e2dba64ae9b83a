-- Purpose: Write, search, convert, pack and unpack files, in a folder that is gone afterwards.
-- Run:     llmspell-run examples/tools/filesystem.lua

local folder = os.tmpname() .. "-demo"

local function files(operation, params)
  params.operation = operation
  return Tool.execute("file-operations", params)
end

-- Folders on the way are made; a file gets its new content in one step.
files("write", { path = folder .. "/notes/a.txt", input = "first line\nTODO: water the plants\n" })
files("write", { path = folder .. "/notes/b.txt", input = "nothing to do\r\n" })
files("append", { path = folder .. "/notes/b.txt", input = "TODO: read\r\n" })

-- Lines that match, with their numbers.
local search = Tool.execute("file-search", {
  operation = "search", path = folder, recursive = true, pattern = "TODO: (.*)", use_regex = true,
})
for _, match in ipairs(search.result.matches) do
  print(("%s:%d %s"):format(match.file_path:match("[^/]+$"), match.line_number, match.line_content))
end

-- Without `target_path` the file itself is changed, and the original kept beside it.
local converted = Tool.execute("file-converter", { operation = "line_endings", path = folder .. "/notes/b.txt", line_ending = "lf" })
print("original kept:", converted.result.backup_path:match("[^/]+$"))

-- Unpacking is refused for what would lead out of the folder, and for bombs.
local archive = folder .. "/notes.tar.gz"
Tool.execute("archive-handler", { operation = "create", path = archive, input = { folder .. "/notes/a.txt" } })
Tool.execute("archive-handler", { operation = "extract", path = archive, target_path = folder .. "/unpacked" })

-- The same content has the same digest.
local function digest(path)
  return Tool.execute("hash-calculator", { operation = "hash", algorithm = "sha256", input_type = "file", file = path }).result.hash
end
print("unchanged:", digest(folder .. "/notes/a.txt") == digest(folder .. "/unpacked/a.txt"))

-- The tool deletes files only; empty folders go by `os.remove`.
local function remove(path)
  for _, entry in ipairs(files("list_dir", { path = path }).result.entries) do
    if entry.type == "directory" then
      remove(entry.path)
    else
      files("delete", { path = entry.path })
    end
  end
  assert(os.remove(path))
end
remove(folder)
print("there still:", files("exists", { path = folder }).result.exists)
