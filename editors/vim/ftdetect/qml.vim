" Qt's QML has the same file name: a file that begins as those do stays Qt's.
autocmd BufNewFile,BufRead *.qml if getline(nextnonblank(1)) !~# '^\s*\(import\|pragma\)\>' | set filetype=qml | endif
