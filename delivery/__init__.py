"""Delivery: the way out. Packs appear in the outbox whole or not at all."""
