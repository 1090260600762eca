"""The one home of the sentences people read about a file, by the gate that tells them."""
