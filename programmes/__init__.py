"""Programmes: the YAML that says what differs between councils, and the loader that reads it."""
