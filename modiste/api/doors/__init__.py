"""Who may come in, how often and how many at once; what browsers are told; what is logged."""
