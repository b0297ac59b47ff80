function __rolecall_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    command rolecall @COMPLETE@ -- $words[2..-1] "$word" 2>/dev/null
end
# The word without quotes.
function __rolecall_roles
    set -l word (commandline -ct | string replace -ra '[\'"\\\\]' '')
    command rolecall list --names --search "$word" 2>/dev/null
end
complete -c @ASSUME@ -e
complete -c @ASSUME@ -f -k -a '(__rolecall_roles)'
complete -c rolecall -f -k -a '(__rolecall_complete)'
