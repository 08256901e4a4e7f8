"""The console in a web browser: one process of it for every page, behind an address that nobody can guess."""
