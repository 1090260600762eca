"""Sample returns of councils whose improvement plans are published, and the scripts that write them."""
