function __rolecall_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    command rolecall @COMPLETE@ -- $words[2..-1] "$word" 2>/dev/null
end
complete -c assume -f -k -a '(command rolecall list --names --search (commandline -ct) 2>/dev/null)'
complete -c rolecall -f -k -a '(__rolecall_complete)'
