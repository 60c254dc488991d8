"""What changes between releases, in PostgreSQL: events and API keys."""
