"""The bytes of releases over HTTP."""
