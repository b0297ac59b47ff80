
_rolecall_complete() {
  local word=${(Q)PREFIX}
  case $CURRENT:${words[1]:t} in
    2:@ASSUME@) _rolecall_offer list --names --search "$word" ;;
    *:rolecall) _rolecall_offer @COMPLETE@ -- "${(@Q)words[2,CURRENT-1]}" "$word" ;;
  esac
}

# Offers the lines of a command that begin with the word, or all lines if none does, best match first.
_rolecall_offer() {
  local -a found begun
  found=(${(f)"$(command rolecall "$@" 2>/dev/null)"})
  begun=(${(M)found:#${(b)word}*})
  if (( $#begun )); then
    compadd -V roles -a begun
  else
    # Each further Tab takes the next one.
    compstate[insert]=menu
    compadd -U -V roles -a found
  fi
}
