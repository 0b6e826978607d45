"""`python -m controller.cli` is the same as `lachan-controller`."""

from controller.cli.main import main

main()
