"""Workbooks damaged as people damage them, and an oracle of its own that says what ought to be found."""
