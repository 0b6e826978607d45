"""The command line `lachan-agent`: says, shows and ends with a code; decides nothing."""
