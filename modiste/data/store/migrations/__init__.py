"""The store's tables, step by step; alembic runs them."""
