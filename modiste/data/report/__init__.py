"""The check report: what is in a dataset, and what must be mended before training on it."""
