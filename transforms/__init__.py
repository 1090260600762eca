"""Transforms: frames and parameters in, frames out. No file, clock, network or environment is known here."""
