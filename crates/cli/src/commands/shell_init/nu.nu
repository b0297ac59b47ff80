def "nu-complete rolecall roles" [] {
  { options: { completion_algorithm: "fuzzy", sort: false }, completions: (^rolecall list --names | lines) }
}

def "nu-complete rolecall" [line: string] {
  let command = ($line | split row -r '\s+' | get --optional 1)
  if $command in ('@ROLE_COMMANDS@' | split row ' ') and $line =~ '\s\S+\s' {
    nu-complete rolecall roles
  } else {
    '@COMMANDS@' | lines
  }
}

# Talks to Rolecall; see: rolecall help
def --wrapped rolecall [...arguments: string@"nu-complete rolecall"] { ^rolecall ...$arguments }

# Puts a role's session into this shell; --end takes it out again; alone it offers the roles.
def --env assume [role?: string@"nu-complete rolecall roles", --end] {
  if $end {
@UNSET@
 hide-env --ignore-errors ROLECALL_ROLE
 hide-env --ignore-errors ROLECALL_EXPIRATION
    return
  }
  if $role == null and not (is-terminal --stdin) {
    ^rolecall list
    return
  }
  let role = if $role != null { $role } else { ^rolecall list --names | lines | input list --fuzzy }
  if $role == null { return }
  let block = (^rolecall env --shell json $role | from json)
  hide-env --ignore-errors @CONFLICTING@
  load-env $block
  load-env { ROLECALL_ROLE: $role, ROLECALL_EXPIRATION: $block.AWS_CREDENTIAL_EXPIRATION }
}
