"""Report templates: a finished pack model in, HTML and PDF out. Nothing is reckoned here."""
