"""Plotly figures from results, in one style; pages and reports share them.

Each function returns a :class:`core.figures.style.Chart`: the figure, and its main finding as a
text for those who cannot see it.
"""
