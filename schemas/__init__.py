"""Contracts: the configuration, the facts, the findings and the pack that the rooms hand each other."""
