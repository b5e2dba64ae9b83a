"""Databases: what `database-connector` and `sqlite-query` are made of."""
