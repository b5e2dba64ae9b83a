-- Drives the language server from Neovim: nvim --headless -u NONE -i NONE -n -S neovim.lua
-- SETUP: what a user has in init.lua; SPELL: the file. One line for each thing that works.
local setup, spell = os.getenv("SETUP"), os.getenv("SPELL")

local function check(fine, name)
  io.stdout:write((fine and "ok " or "FAIL ") .. name .. "\n")
  if not fine then vim.cmd("cquit 1") end
end

local function wait(condition) return vim.wait(30000, condition, 20) end

local function main()
  dofile(setup)
  vim.cmd("filetype on")
  vim.cmd("edit " .. spell)
  local buffer, uri = vim.api.nvim_get_current_buf(), vim.uri_from_fname(spell)
  local clients = vim.lsp.get_clients or vim.lsp.get_active_clients
  local function client() return clients()[1] end
  check(wait(function() return client() and client().initialized end), "initialize")
  local id = client().id

  local function ask(method, line, character, more)
    local params = { textDocument = { uri = uri }, position = { line = line, character = character } }
    for key, value in pairs(more or {}) do params[key] = value end
    for _, answer in pairs(vim.lsp.buf_request_sync(buffer, method, params, 30000) or {}) do
      return answer.result, answer.error
    end
  end

  local function reported()
    for _, found in ipairs(vim.diagnostic.get(buffer)) do
      if found.message:find("undefined_thing", 1, true) then return true end
    end
  end
  check(wait(reported), "diagnostics")

  local hover = ask("textDocument/hover", 9, 20)
  check(hover and vim.inspect(hover.contents):find("How much something costs", 1, true), "hover")

  local completed = ask("textDocument/completion", 9, 19)
  local labels = {}
  for _, item in ipairs(completed and (completed.items or completed) or {}) do
    labels[item.label] = true
  end
  check(labels.price, "completion")

  vim.api.nvim_win_set_cursor(0, { 10, 20 })
  vim.lsp.buf.definition()
  local function there() return vim.api.nvim_win_get_cursor(0)[1] == 6 end
  check(wait(there), "definition")

  vim.api.nvim_win_set_cursor(0, { 10, 7 })
  vim.lsp.buf.rename("sum")
  local function renamed()
    local lines = vim.api.nvim_buf_get_lines(buffer, 9, 11, false)
    return lines[1]:find("local sum = ", 1, true) and lines[2]:find("print(sum,", 1, true)
  end
  check(wait(renamed), "rename")

  vim.lsp.stop_client(id)
  check(wait(function() return vim.lsp.client_is_stopped(id) end), "shutdown")
  vim.cmd("qall!")
end

local fine, message = pcall(main)
if not fine then
  io.stdout:write("FAIL " .. tostring(message) .. "\n")
  vim.cmd("cquit 1")
end
