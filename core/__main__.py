"""``python -m core``: the program without a browser."""

import sys

from core.cli import main

sys.exit(main())
