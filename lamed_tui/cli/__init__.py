"""The command line: parse, call the core, print. One module a group of commands."""
