
_rolecall_complete() {
  local -a known
  case $CURRENT:${words[1]:t} in
    2:assume) _rolecall_roles ;;
    2:rolecall)
      known=(${(f)"$(print -r -- '@COMMANDS@')"})
      compadd -a known ;;
    *:rolecall)
      case ' @ROLE_COMMANDS@ ' in
        *" ${words[2]} "*) _rolecall_roles ;;
      esac ;;
  esac
}

# Offers the roles that begin with a word, or where none does, those that a search for it finds, the best first.
_rolecall_roles() {
  local word=${(Q)PREFIX}
  local -a found begun
  found=(${(f)"$(command rolecall list --names --search "$word" 2>/dev/null)"})
  begun=(${(M)found:#${(b)word}*})
  if (( $#begun )); then
    compadd -V roles -a begun
  else
    # Each further Tab takes the next.
    compstate[insert]=menu
    compadd -U -V roles -a found
  fi
}
