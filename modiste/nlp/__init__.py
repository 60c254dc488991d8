"""Phrase to attributes."""
