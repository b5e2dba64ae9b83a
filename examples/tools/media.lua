-- Purpose: Describe and change pictures and sound, which are made here first, and draw a chart.
-- Run:     llmspell-run examples/tools/media.lua

local folder = os.tmpname() .. "-media"
Tool.execute("file-operations", { operation = "create_dir", path = folder })

-- A picture: one red pixel, as Base64.
local png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
Tool.execute("base64-encoder", { operation = "decode", input = png, output_file = folder .. "/dot.png" })

local function image(operation, params)
  params.operation = operation
  return Tool.execute("image-processor", params)
end

image("resize", { source_path = folder .. "/dot.png", target_path = folder .. "/square.png", width = 64, height = 64 })
image("convert", { source_path = folder .. "/square.png", target_path = folder .. "/square.webp", target_format = "webp" })
local about = image("metadata", { file_path = folder .. "/square.webp" })
print(("%s, %d x %d"):format(about.result.metadata.format, about.result.metadata.dimensions.width, about.result.metadata.dimensions.height))

-- A sound: a second of 440 Hz, 8000 samples of 16 bits, behind the header of a WAV file.
local samples = {}
for i = 0, 7999 do
  samples[#samples + 1] = string.pack("<i2", math.floor(8000 * math.sin(2 * math.pi * 440 * i / 8000)))
end
local data = table.concat(samples)
local header = string.pack("<c4I4c4c4I4I2I2I4I4I2I2c4I4",
  "RIFF", 36 + #data, "WAVE", "fmt ", 16, 1, 1, 8000, 16000, 2, 16, "data", #data)
local file <close> = assert(io.open(folder .. "/tone.wav", "wb"))
file:write(header, data)
file:flush()

local sound = Tool.execute("audio-processor", { operation = "metadata", file_path = folder .. "/tone.wav" }).result.metadata
print(("%s, %.1f s, %d Hz"):format(sound.codec, sound.duration_seconds, sound.sample_rate))
Tool.execute("audio-processor", { operation = "convert", source_path = folder .. "/tone.wav", target_path = folder .. "/tone.flac", target_format = "flac" })

-- A chart of the sizes. Without a file to write, the SVG is in the result.
local names, sizes = {}, {}
for _, entry in ipairs(Tool.execute("file-operations", { operation = "list_dir", path = folder }).result.entries) do
  names[#names + 1], sizes[#sizes + 1] = entry.name, entry.size
end
local chart = Tool.execute("chart-renderer", { operation = "bar", series = sizes, labels = names, title = "Bytes" })
print(chart.result.format, chart.result.svg:match("^<svg") and "drawn")

for _, entry in ipairs(Tool.execute("file-operations", { operation = "list_dir", path = folder }).result.entries) do
  print(("%-12s %6d bytes"):format(entry.name, entry.size))
  assert(os.remove(entry.path))
end
assert(os.remove(folder))
