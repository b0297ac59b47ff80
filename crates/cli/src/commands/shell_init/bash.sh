_rolecall_complete() {
  local word=${COMP_WORDS[COMP_CWORD]} known='' name pattern='' index
  case $COMP_CWORD:${COMP_WORDS[0]##*/} in
    1:assume) known=$(command rolecall list --names 2>/dev/null) ;;
    1:rolecall) known='@COMMANDS@' ;;
    *:rolecall)
      case ' @ROLE_COMMANDS@ ' in
        *" ${COMP_WORDS[1]} "*) known=$(command rolecall list --names 2>/dev/null) ;;
      esac ;;
  esac
  for ((index = 0; index < ${#word}; index++)); do pattern+="*\\${word:index:1}"; done
  COMPREPLY=()
  # Not compgen -W, which would expand what it is given.
  while IFS= read -r name; do
    if [[ -n $name && $name == "$word"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
  done <<<"$known"
  if ((${#COMPREPLY[@]})); then return; fi
  # Where no name begins with these letters, those that have them in this order.
  while IFS= read -r name; do
    if [[ -n $name && $name == $pattern* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
  done <<<"$known"
}
complete -F _rolecall_complete rolecall assume
