def "nu-complete rolecall roles" [] { ^rolecall list --names | lines }

# Puts a role's session into this shell; --end takes it out again; alone it lists the roles.
def --env assume [role?: string@"nu-complete rolecall roles", --end] {
  if $end {
@UNSET@
 hide-env --ignore-errors ROLECALL_ROLE
 hide-env --ignore-errors ROLECALL_EXPIRATION
    return
  }
  if $role == null {
    ^rolecall list
    return
  }
  let block = (^rolecall env --shell json $role | from json)
  hide-env --ignore-errors @CONFLICTING@
  load-env $block
  load-env { ROLECALL_ROLE: $role, ROLECALL_EXPIRATION: $block.AWS_CREDENTIAL_EXPIRATION }
}
