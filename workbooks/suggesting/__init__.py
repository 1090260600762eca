"""Propose a layout for sheets nobody has described: blocks, headers, axes, kinds and arithmetic, one subject a file."""
