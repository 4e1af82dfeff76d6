"""`python -m difang` is the command `difang`."""

from difang.command.main import main

main()
