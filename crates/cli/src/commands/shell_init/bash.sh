
_rolecall_complete() {
  local word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  case ${COMP_WORDS[0]##*/} in
    assume) if ((COMP_CWORD == 1)); then _rolecall_offer list --names --search "${word//[\\\'\"]/}"; fi ;;
    rolecall) _rolecall_offer @COMPLETE@ -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" ;;
  esac
}

# Offers the lines of a command that begin with the word, or all lines if none does: a search found them.
_rolecall_offer() {
  local word=${word//[\\\'\"]/} line quoted begun=() found=()
  while IFS= read -r line; do
    printf -v quoted %q "$line"
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
# Best match first, in versions that support it.
complete -o nosort -F _rolecall_complete rolecall assume 2>/dev/null || complete -F _rolecall_complete rolecall assume
