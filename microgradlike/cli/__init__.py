"""The command line: one module per kind of command, and the parser of arguments."""
