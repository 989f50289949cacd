"""Readers of the table formats, one a file; :mod:`core.data.reading` picks among them."""
