"""The pages of the data, one module a subject."""
