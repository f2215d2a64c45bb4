" Colours of rules where the server gives none: before Neovim 0.9, and before it has started.
if exists("b:current_syntax")
  finish
endif
syntax case match
syntax match leadscoreName /[[:alpha:]_][[:alnum:]_]*/
syntax match leadscoreName /`[^`]*`/
syntax keyword leadscoreKeyword account active after ago all and any as assigned assignment at audience before begins below between by calculated choose company condition contact creation dated day description dimension does down each empty ends event every exact exactly expect fading first from grade group halving has hold holds hour in interaction is label last lead least let limit losing model month most next no none not number of older on once one or otherwise out over parent passive per profile ready rollup rule sales same scope score set since stage stages status sticky table target targeted test than then time times to until up week weight when where with within without word year zone
" Not as the others, because contains is an option of the command, too.
syntax match leadscoreKeyword /\<contains\>/
syntax keyword leadscoreUnit minute minutes hour hours day days week weeks month months year years
syntax keyword leadscoreBoolean true false
syntax match leadscoreNumber /[+-]\?\<\d\+\(\.\d\+\)\?%\?/
syntax match leadscoreDate /\<\d\{4}-\d\d-\d\d\(T[0-9:.]\+\(Z\|[+-]\d\d:\d\d\)\?\)\?/
syntax region leadscoreText start=/"/ skip=/\\./ end=/"/ oneline
syntax match leadscoreComment /\/\/.*$/ contains=@Spell
highlight default link leadscoreKeyword Keyword
highlight default link leadscoreUnit Type
highlight default link leadscoreBoolean Boolean
highlight default link leadscoreNumber Number
highlight default link leadscoreDate Number
highlight default link leadscoreText String
highlight default link leadscoreComment Comment
let b:current_syntax = "leadscore"
