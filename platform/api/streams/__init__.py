"""Lists as streams: every row of a list in one response, as NDJSON or CSV, for whoever asks for it by Accept."""
