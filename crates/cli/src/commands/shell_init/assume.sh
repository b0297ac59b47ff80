# assume ROLE puts a role's session into this shell; assume --end removes it; assume alone lets you pick a role.
assume() {
  local role=${1-} block
  case $role in
    --end)
      eval "$(command rolecall env --unset --shell bash)"
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
  if [ -z "$(ROLECALL_ROLE=$role ROLECALL_EXPIRATION= command rolecall status --format '{phase}')" ]; then
    command rolecall assume "$role" || return
  fi
  block=$(command rolecall env --shell bash "$role") || return
  eval "$block"
  export ROLECALL_ROLE=$role
  export ROLECALL_EXPIRATION=$AWS_CREDENTIAL_EXPIRATION
}

