"""Tests of history: receipts, decisions and what is known at an event."""
