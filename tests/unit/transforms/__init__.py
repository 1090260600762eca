"""Tests of transforms: facts in, figures and colours out."""
