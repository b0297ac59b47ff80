
_rolecall_complete() {
  local word=${COMP_WORDS[COMP_CWORD]} name
  COMPREPLY=()
  case $COMP_CWORD:${COMP_WORDS[0]##*/} in
    1:assume) _rolecall_roles "${word//[\\\'\"]/}" ;;
    1:rolecall)
      # Not compgen -W, which would expand what it is given.
      while IFS= read -r name; do
        if [[ $name == "$word"* ]]; then COMPREPLY+=("$name"); fi
      done <<<'@COMMANDS@' ;;
    *:rolecall)
      case ' @ROLE_COMMANDS@ ' in
        *" ${COMP_WORDS[1]} "*) _rolecall_roles "${word//[\\\'\"]/}" ;;
      esac ;;
  esac
}

# Offers the roles that begin with a word, or where none does, those that a search for it finds.
_rolecall_roles() {
  local word=$1 name quoted begun=() found=()
  while IFS= read -r name; do
    printf -v quoted %q "$name"
    found+=("$quoted")
    if [[ $name == "$word"* ]]; then begun+=("$quoted"); fi
  done < <(command rolecall list --names --search "$word" 2>/dev/null)
  if ((${#begun[@]})); then
    COMPREPLY=("${begun[@]}")
    return
  fi
  COMPREPLY=("${found[@]}")
  # What several have in common may be less than what was typed, and would take its place: an empty one prevents that.
  if ((${#found[@]} > 1)); then COMPREPLY+=(''); fi
}
# The best first, in those that can.
complete -o nosort -F _rolecall_complete rolecall assume 2>/dev/null || complete -F _rolecall_complete rolecall assume
