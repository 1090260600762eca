"""Verifying a home: sound ones pass, and whatever is changed in one is found and named."""
