# Replaces an alias, an abbreviation or another function of the same name, and shows it once.
function __rolecall_replace
    set -l state $HOME/.local/state
    test -n "$XDG_STATE_HOME"; and set state $XDG_STATE_HOME
    set -l shown $state/rolecall/replaced-@ASSUME@
    set -l what
    if functions -q @ASSUME@; and not functions @ASSUME@ | string match -q '*rolecall env*'
        set what function
    end
    if abbr --query @ASSUME@ 2>/dev/null
        abbr --erase @ASSUME@
        set what abbreviation
    end
    if test -n "$what"; and not test -e $shown
        echo "Rolecall replaced the $what \"@ASSUME@\". For another name: rolecall shell-init fish --name NAME" >&2
        command mkdir -p -m 700 (dirname $shown) 2>/dev/null; and true >$shown
    end
end
__rolecall_replace
functions -e __rolecall_replace

function @ASSUME@ --description 'Puts a role\'s session into this shell; --refresh renews it, --end removes it' --argument-names role
    if test "$role" = --end
        command rolecall env --unset --shell fish | source
        return 0
    end
    if test "$role" = --refresh
        set role $ROLECALL_ROLE
        if test -z "$role"
            echo "This shell has no session. Use: @ASSUME@ ROLE" >&2
            return 1
        end
        # Renewed elsewhere, it is only taken.
        if test (command rolecall status --format '{phase}' | string collect; or echo) != renewed
            command rolecall assume $role; or return
        end
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

