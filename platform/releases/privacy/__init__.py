"""The names that people have in a release, and rows taken out of what is out already."""
