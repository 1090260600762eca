"""The pack's pages: templates, style, fonts."""
