_rolecall_complete() {
  local -a known
  case $CURRENT:${words[1]:t} in
    2:assume) known=(${(f)"$(command rolecall list --names 2>/dev/null)"}) ;;
    2:rolecall) known=(${(f)"$(print -r -- '@COMMANDS@')"}) ;;
    *:rolecall)
      case ' @ROLE_COMMANDS@ ' in
        *" ${words[2]} "*) known=(${(f)"$(command rolecall list --names 2>/dev/null)"}) ;;
      esac ;;
  esac
  # Where no name begins with these letters, those that have them in this order.
  compadd -a known || compadd -M 'r:|?=** m:{[:lower:]}={[:upper:]}' -a known
}
