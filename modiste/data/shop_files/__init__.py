"""A shop's own files: catalogues and events in the formats that shop software exports."""
