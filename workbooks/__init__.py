"""Workbooks: Excel in and out. Every value that leaves this room knows its cell."""
