"""Marked copies: what was found, put into the sender's own file, and not a byte else of it changed."""

from workbooks.marking.mark import MarkedCopy, mark_workbook, write_findings_workbook
from workbooks.marking.splicing import Unmarkable

__all__ = ["MarkedCopy", "Unmarkable", "mark_workbook", "write_findings_workbook"]
