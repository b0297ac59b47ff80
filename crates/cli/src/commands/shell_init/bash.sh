_rolecall_complete() {
  local word=${COMP_WORDS[COMP_CWORD]} known='' name
  case $COMP_CWORD:${COMP_WORDS[0]##*/}:${COMP_WORDS[1]-} in
    1:assume:* | 2:rolecall:assume | 2:rolecall:explain | 2:rolecall:history | 2:rolecall:end | 2:rolecall:env | 2:rolecall:exec | 2:rolecall:endpoint | 2:rolecall:credentials)
      known=$(command rolecall list --names 2>/dev/null) ;;
    1:rolecall:*) known='@COMMANDS@' ;;
  esac
  COMPREPLY=()
  # Not compgen -W, which would expand what it is given.
  while IFS= read -r name; do
    if [[ -n $name && $name == "$word"* ]]; then COMPREPLY+=("$(printf %q "$name")"); fi
  done <<<"$known"
}
complete -F _rolecall_complete rolecall assume
