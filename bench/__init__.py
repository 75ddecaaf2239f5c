"""Measurements: `python -m bench.<subject>` measures one subject beside a peer or a limit, and prints a table."""
