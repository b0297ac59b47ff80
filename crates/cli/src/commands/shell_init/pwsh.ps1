# assume ROLE puts a role's session into this shell; assume --end takes it out again; assume alone lists the roles.
function assume {
    param([string]$Role)
    if ($Role -eq '--end') {
        rolecall env --unset --shell powershell | Out-String | Invoke-Expression
        Remove-Item Env:ROLECALL_ROLE -ErrorAction SilentlyContinue
        Remove-Item Env:ROLECALL_EXPIRATION -ErrorAction SilentlyContinue
        return
    }
    if (-not $Role) { rolecall list; return }
    $block = rolecall env --shell powershell $Role | Out-String
    if ($LASTEXITCODE -ne 0) { return }
    Invoke-Expression $block
    $Env:ROLECALL_ROLE = $Role
    $Env:ROLECALL_EXPIRATION = $Env:AWS_CREDENTIAL_EXPIRATION
}

Register-ArgumentCompleter -CommandName assume -ParameterName Role -ScriptBlock {
    param($command, $parameter, $word)
    rolecall list --names 2>$null | Where-Object { $_.StartsWith($word) } | ForEach-Object {
        if ($_ -match '^[\w.-]+$') { $_ } else { "'" + $_.Replace("'", "''") + "'" }
    }
}
