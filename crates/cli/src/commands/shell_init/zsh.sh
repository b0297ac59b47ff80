_rolecall_complete() {
  local -a known
  case $CURRENT:${words[1]:t}:${words[2]-} in
    2:assume:* | 3:rolecall:assume | 3:rolecall:explain | 3:rolecall:history | 3:rolecall:end | 3:rolecall:env | 3:rolecall:exec | 3:rolecall:endpoint | 3:rolecall:credentials)
      known=(${(f)"$(command rolecall list --names 2>/dev/null)"}) ;;
    2:rolecall:*) known=(${(f)"$(print -r -- '@COMMANDS@')"}) ;;
  esac
  compadd -a known
}
if (( $+functions[compdef] )); then compdef _rolecall_complete rolecall assume; fi
