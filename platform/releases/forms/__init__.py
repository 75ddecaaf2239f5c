"""What people fill in about the data."""
