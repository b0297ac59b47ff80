# assume ROLE puts a role's session into this shell; assume --end takes it out again; assume alone offers the roles.
assume() {
  local role=${1-} block
  case $role in
    --end)
      eval "$(command rolecall env --unset --shell bash)"
      unset ROLECALL_ROLE ROLECALL_EXPIRATION
      return
      ;;
    '')
      if ! command -v fzf >/dev/null || ! [ -t 0 ]; then
        command rolecall list
        return
      fi
      role=$(command rolecall list --names | fzf) || return
      ;;
  esac
  if [ -z "$(ROLECALL_ROLE=$role command rolecall status --format '{phase}')" ]; then
    command rolecall assume "$role" || return
  fi
  block=$(command rolecall env --shell bash "$role") || return
  eval "$block"
  export ROLECALL_ROLE=$role
  export ROLECALL_EXPIRATION=$AWS_CREDENTIAL_EXPIRATION
}

_rolecall_complete() {
  local word=${COMP_WORDS[COMP_CWORD]} known='' name
  case $COMP_CWORD:${COMP_WORDS[0]##*/}:${COMP_WORDS[1]-} in
    1:assume:* | 2:rolecall:assume | 2:rolecall:end | 2:rolecall:env | 2:rolecall:exec | 2:rolecall:credentials)
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
