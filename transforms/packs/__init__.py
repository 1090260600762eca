"""The pack, made from what is known: each file makes the model of one part, and makes its words."""
