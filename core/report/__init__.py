"""What leaves the house about a run: model card, runnable script, a report that opens offline."""
