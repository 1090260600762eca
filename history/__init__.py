"""History: files, receipts, readings, observations, decisions and packs, append-only."""
