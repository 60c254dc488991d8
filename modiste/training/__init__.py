"""Datasets to fitted parts to a release; evaluation; the jobs."""
