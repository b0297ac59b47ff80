# Replaces an alias or another function of the same name, and shows it once.
_rolecall_replace() {
  local shown=${XDG_STATE_HOME:-$HOME/.local/state}/rolecall/replaced-@ASSUME@ what=
  if alias @ASSUME@ >/dev/null 2>&1; then
    what=alias
  elif typeset -f @ASSUME@ 2>/dev/null | command grep -q . && ! typeset -f @ASSUME@ | command grep -q 'rolecall env'; then
    what=function
  fi
  unalias @ASSUME@ 2>/dev/null
  if [ -z "$what" ] || [ -e "$shown" ]; then return 0; fi
  echo "Rolecall replaced the $what \"@ASSUME@\". For another name: rolecall shell-init @SHELL@ --name NAME" >&2
  { command mkdir -p -m 700 "${shown%/*}" && : >"$shown"; } 2>/dev/null || true
}
_rolecall_replace
unset -f _rolecall_replace

# @ASSUME@ ROLE puts a role's session into this shell; --refresh renews it, and --end removes it; @ASSUME@ alone lets you
# pick a role.
# With the word "function", an alias of this name does not change the line.
function @ASSUME@ {
  local role=${1-} block
  case $role in
    --end)
      eval "$(command rolecall env --unset --shell bash)"
      return
      ;;
    --refresh)
      role=${ROLECALL_ROLE-}
      if [ -z "$role" ]; then
        echo "This shell has no session. Use: @ASSUME@ ROLE" >&2
        return 1
      fi
      # Renewed elsewhere, it is only taken.
      if [ "$(command rolecall status --format '{phase}')" != renewed ]; then
        command rolecall assume "$role" || return
      fi
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

