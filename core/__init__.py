"""Warmstart's program: everything the pages can do, without a browser.

Nothing below this package imports streamlit; a test says so. Use it from a notebook, or
from a shell with ``python -m core``.
"""

__version__ = "0.1.0"
