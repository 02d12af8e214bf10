"""`python -m mopsctl`."""

import sys

from mopsctl.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
