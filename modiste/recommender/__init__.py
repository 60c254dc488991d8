"""Attributes, embedding and history to ten products with their reasons."""
