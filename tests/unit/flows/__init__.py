"""Tests of flows: positions and explanations."""
