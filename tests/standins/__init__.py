"""Other people's servers, played here: they check what the real ones check, and can be told to fail."""
