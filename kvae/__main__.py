"""`python -m kvae` is the command `kvae`."""

from kvae.cli.app import main

main()
