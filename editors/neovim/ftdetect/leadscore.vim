" Other files with this ending are scores of the news reader slrn, which Neovim takes all for.
autocmd BufNewFile,BufRead *.score set filetype=leadscore
