"""What changes between releases, in PostgreSQL: events so far."""
