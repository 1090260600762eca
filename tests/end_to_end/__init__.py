"""The sample programmes through the command line, in process."""
