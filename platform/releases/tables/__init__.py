"""The tables of a release: frozen as Arrow, written as Parquet, NDJSON and CSV, read back, compared."""
