-- Starts `leadscore lsp` for a buffer of rules. vim.g.leadscore_command is the program, if it is not
-- leadscore on the PATH. Needs Neovim 0.7.
if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "// %s"
vim.bo.expandtab = true
vim.bo.shiftwidth = 4
vim.bo.softtabstop = 4

local command = vim.g.leadscore_command or "leadscore"
if vim.fn.executable(command) == 0 then
  vim.notify_once("leadscore: there is no program " .. command .. "; install it, or set g:leadscore_command", vim.log.levels.WARN)
  return
end

-- root returns the folder with the project file of a rule file, or its own folder.
local function root(name)
  local folder = vim.fn.fnamemodify(name, ":p:h")
  local found = vim.fn.findfile("leadscore.json", folder:gsub(" ", "\\ ") .. ";")
  return found ~= "" and vim.fn.fnamemodify(found, ":p:h") or folder
end

local config = {
  name = "leadscore",
  cmd = { command, "lsp" },
  root_dir = root(vim.api.nvim_buf_get_name(0)),
}

if vim.lsp.start then -- since Neovim 0.8
  vim.lsp.start(config)
  return
end
for _, client in pairs(vim.lsp.get_active_clients()) do
  if client.name == config.name and client.config.root_dir == config.root_dir then
    vim.lsp.buf_attach_client(0, client.id)
    return
  end
end
local id = vim.lsp.start_client(config)
if id then
  vim.lsp.buf_attach_client(0, id)
end
