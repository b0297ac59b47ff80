
# Bash splits words at characters such as ":", "@" and "=", which names contain, and replaces only the last part ($2). So
# this reads the line itself, and offers what follows the part that stays.
_rolecall_complete() {
  local line=${COMP_LINE-} words=() word= raw= quote= letter stays at IFS=' '
  COMPREPLY=()
  if [[ -n $line ]]; then line=${line:0:COMP_POINT}; else line=${COMP_WORDS[*]:0:COMP_CWORD+1}; fi
  for ((at = 0; at < ${#line}; at++)); do
    letter=${line:at:1}
    if [[ -z $quote && $letter == [[:blank:]] ]]; then
      if [[ -n $raw ]]; then words+=("$word"); fi
      raw= word=
      continue
    fi
    raw+=$letter
    if [[ $letter == "$quote" ]]; then
      quote=
    elif [[ -z $quote && $letter == [\'\"] ]]; then
      quote=$letter
    elif [[ $quote != \' && $letter == \\ ]]; then
      ((at++))
      raw+=${line:at:1} word+=${line:at:1}
    else
      word+=$letter
    fi
  done
  stays=${raw%"${2-$raw}"}
  case ${words[0]##*/} in
    @ASSUME@) if ((${#words[@]} == 1)); then _rolecall_offer list --names --search "$word"; fi ;;
    rolecall) _rolecall_offer @COMPLETE@ -- "${words[@]:1}" "$word" ;;
  esac
}

# Offers the lines of a command that begin with the word, or all lines if none does: a search found them.
_rolecall_offer() {
  local line quoted begun=() found=()
  while IFS= read -r line; do
    case $quote in
      \') quoted=\'${line//\'/\'\\\'\'} ;;
      \") quoted=\"$(_rolecall_in_quotes "$line") ;;
      *) printf -v quoted %q "$line" ;;
    esac
    if [[ $quoted != "$stays"* ]]; then continue; fi
    quoted=${quoted#"$stays"}
    found+=("$quoted")
    if [[ $line == "$word"* ]]; then begun+=("$quoted"); fi
  done < <(command rolecall "$@" 2>/dev/null)
  if ((${#begun[@]})); then
    COMPREPLY=("${begun[@]}")
    return
  fi
  COMPREPLY=("${found[@]}")
  # The common beginning of several could be shorter than the word and replace it. An empty one prevents that.
  if ((${#found[@]} > 1)); then COMPREPLY+=(''); fi
}

_rolecall_in_quotes() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//\$/\\\$}
  printf %s "${text//\`/\\\`}"
}
# Best match first, in versions that support it.
complete -o nosort -F _rolecall_complete rolecall @ASSUME@ 2>/dev/null || complete -F _rolecall_complete rolecall @ASSUME@
