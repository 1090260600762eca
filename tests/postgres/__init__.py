"""History on a real PostgreSQL server."""
