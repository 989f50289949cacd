"""Finding good settings within so many seconds, on labelled training rows alone.

Start at :func:`core.evaluate.tuning.search.search`.
"""
