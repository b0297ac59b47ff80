function assume --description 'Puts a role\'s session into this shell; --end removes it' --argument-names role
    if test "$role" = --end
        command rolecall env --unset --shell fish | source
        return 0
    end
    if test -z "$role"
        if not command -q fzf; or not isatty stdin
            command rolecall list
            return
        end
        set role (command rolecall list --names | fzf); or return
    end
    if test -z (ROLECALL_ROLE=$role ROLECALL_EXPIRATION= command rolecall status --format '{phase}' | string collect; or echo)
        command rolecall assume $role; or return
    end
    set -l block (command rolecall env --shell fish $role); or return
    printf '%s\n' $block | source
    set -gx ROLECALL_ROLE $role
    set -gx ROLECALL_EXPIRATION $AWS_CREDENTIAL_EXPIRATION
end

