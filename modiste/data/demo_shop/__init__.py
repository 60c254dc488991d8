"""A whole small fashion shop, drawn and simulated from a seed."""
