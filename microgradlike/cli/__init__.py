"""The command line: `main` parses the arguments, one module per kind of command runs them."""
