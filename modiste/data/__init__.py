"""What goes in: vocabularies, images, catalogue, events, identifiers, splits, datasets."""
