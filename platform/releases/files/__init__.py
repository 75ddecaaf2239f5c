"""The bytes of releases: written once, signed, kept under their SHA-256 on disk or in a bucket."""
