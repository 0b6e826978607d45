"""`python -I -m agent.cli`: how the daemon starts its own commands as child processes."""

from agent.cli.main import main

main()
