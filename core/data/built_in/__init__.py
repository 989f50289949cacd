"""Data sets that come with the program: one file each, with a ``BUILT_IN`` constant.

The catalogue (:mod:`core.data.catalogue`) finds them by that constant.
"""
