"""The command `kvae`, run as `python -m kvae`."""

from kvae.cli.app import main

main()
