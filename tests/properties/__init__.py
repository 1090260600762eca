"""Properties: rules restated independently, and held against the product over generated cases."""
