-- What a person does in Neovim: sees the error, makes the fix, sees the finding, formats. Prints a
-- line for each step, and ends with an error if a step does not come about.
local function say(text) io.stdout:write(text .. "\n") end

local function await(what, condition)
  if not vim.wait(20000, condition, 10) then
    io.stderr:write("this did not come about: " .. what .. "\n" .. vim.inspect(vim.diagnostic.get(0)) .. "\n")
    vim.cmd("cquit 1")
  end
end

local function found(severity)
  return vim.diagnostic.get(0, { severity = severity })
end

say("filetype " .. vim.bo.filetype .. ", syntax " .. vim.bo.syntax)
await("an error", function() return #found(vim.diagnostic.severity.ERROR) > 0 end)
local problem = found(vim.diagnostic.severity.ERROR)[1]
say(("error %d:%d: %s"):format(problem.lnum, problem.col, problem.message))

vim.api.nvim_win_set_cursor(0, { problem.lnum + 1, problem.col })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 20000)
local encoding
local action
for id, answer in pairs(answers or {}) do
  encoding = vim.lsp.get_client_by_id(id).offset_encoding
  for _, a in ipairs(answer.result or {}) do
    if a.kind == "quickfix" and not action then action = a end
  end
end
if not action then
  io.stderr:write("there is no fix: " .. vim.inspect(answers) .. "\n")
  vim.cmd("cquit 1")
end
say("fix " .. action.title)
vim.lsp.util.apply_workspace_edit(action.edit, encoding)
say("line " .. vim.api.nvim_buf_get_lines(0, problem.lnum, problem.lnum + 1, false)[1])
await("no error", function() return #found(vim.diagnostic.severity.ERROR) == 0 end)
await("a finding", function() return #found(vim.diagnostic.severity.WARN) > 0 end)
say("finding " .. found(vim.diagnostic.severity.WARN)[1].code)

local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(), 20000)
for _, answer in pairs(hover or {}) do
  say("hover " .. tostring(answer.result ~= nil and #answer.result.contents.value > 0))
end
vim.lsp.buf.formatting_sync(nil, 20000)
say("formatted " .. table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"))
vim.cmd("qall!")
