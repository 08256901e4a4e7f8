"""`python -m lamed_tui` is `lamed`."""

from lamed_tui.cli.main import main

main()
