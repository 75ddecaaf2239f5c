"""Reading releases: what is out, what is on its way, what was taken out, and what changed."""
