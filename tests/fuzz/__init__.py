"""Broken bytes in, an answer or our own refusal out."""
