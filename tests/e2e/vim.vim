" Drives the language server from Vim with ALE: vim -N -u NONE -i NONE -n -es -S vim.vim
" ALE: its folder; SETUP: what a user has in vimrc; SPELL: the file. One line for each thing that works.
set nocompatible hidden
let &runtimepath .= ',' . $ALE
source $SETUP
filetype plugin on
runtime plugin/ale.vim

function! s:Until(Condition, name) abort
  for l:count in range(1200)
    if a:Condition() | call writefile(['ok ' . a:name], '/dev/stdout', 'a') | return | endif
    sleep 25m
  endfor
  call writefile(['FAIL ' . a:name], '/dev/stdout', 'a')
  cquit!
endfunction

function! s:Reported() abort
  return !empty(filter(ale#engine#GetLoclist(bufnr('%')), {_, each -> each.text =~# 'undefined_thing'}))
endfunction

execute 'edit ' . $SPELL
set filetype=lua
call ale#Queue(0, 'lint_file')
call s:Until(function('s:Reported'), 'diagnostics')
call cursor(10, 20)
ALEGoToDefinition
call s:Until({-> line('.') == 6}, 'definition')
qall!
