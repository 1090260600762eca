"""The command line: one command, `boardpack`, whose words and fields are promised in docs/cli.md."""
