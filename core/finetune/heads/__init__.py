"""Classifiers on encoded rows, one file each."""
