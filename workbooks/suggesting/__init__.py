"""Propose a layout for sheets nobody has described: blocks, columns, rows, kinds, arithmetic; a subject a file."""
