"""`python -m intake` is the `intake` command."""

from __future__ import annotations

import sys

from intake.commands import main

if __name__ == "__main__":
    sys.exit(main())
