" Vim syntax of QML, the language for hybrid quantum-classical programs.
" To install: copy or link this folder's ftdetect/ and syntax/ into ~/.vim.

if exists("b:current_syntax")
  finish
endif

" begin generated: from the compiler's tables, by `UPDATE_EDITORS=1 cargo test editors`
syntax keyword qmlControl if then else for in while break continue return
syntax keyword qmlDeclaration use as const param struct gate kernel fn where let var
syntax keyword qmlWordOperator and or not
syntax keyword qmlQuantum adjoint control power within apply optimize with over minimize maximize grad wrt using qubit
syntax keyword qmlBoolean true false
syntax keyword qmlConstant pi π tau euler inf
syntax keyword qmlType int float complex bool string observable program optimizer Counts
syntax match qmlGate /\<\%(id\|x\|y\|z\|h\|s\|sdg\|t\|tdg\|sx\|sxdg\|rx\|ry\|rz\|p\|u\|cx\|cy\|cz\|ch\|cp\|crx\|cry\|crz\|cu\|swap\|iswap\|sqrt_iswap\|ecr\|rxx\|ryy\|rzz\|rzx\|xx_plus_yy\|ms\|ccx\|ccz\|cswap\|gphase\|prx\)\>\ze\s*(/
" end generated

syntax match qmlTest /^test\>/
syntax match qmlAttribute /^\s*@\k\+/
syntax match qmlNumber /\<\%(0x[0-9a-fA-F_]\+\|0b[01_]\+\|\d[0-9_]*\%(\.\d[0-9_]*\)\=\%([eE][+-]\=\d\+\)\=\%(im\)\=\)\>/
syntax match qmlComment /\/\/.*$/ contains=@Spell
syntax match qmlDocumentation /\/\/\/\%([^/].*\)\=$/ contains=@Spell
syntax match qmlEscape /\\["\\nt]\|{{\|}}/ contained
syntax match qmlInterpolation /{[^{}"]*}/ contained
syntax region qmlString start=/"/ skip=/\\./ end=/"\|$/ contains=qmlEscape,qmlInterpolation

highlight default link qmlControl Statement
highlight default link qmlDeclaration Keyword
highlight default link qmlWordOperator Operator
highlight default link qmlQuantum Keyword
highlight default link qmlBoolean Boolean
highlight default link qmlConstant Constant
highlight default link qmlType Type
highlight default link qmlGate Function
highlight default link qmlTest Keyword
highlight default link qmlAttribute PreProc
highlight default link qmlNumber Number
highlight default link qmlComment Comment
highlight default link qmlDocumentation SpecialComment
highlight default link qmlEscape SpecialChar
highlight default link qmlInterpolation Special
highlight default link qmlString String

let b:current_syntax = "qml"
