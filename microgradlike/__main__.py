"""`python -m microgradlike`: the same as the command `microgradlike`."""

import sys

from microgradlike.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
