"""Photo to category, box, attributes and embedding."""
