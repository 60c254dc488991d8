"""What changes between releases, in PostgreSQL: items, events, searches, erasures, API keys."""
