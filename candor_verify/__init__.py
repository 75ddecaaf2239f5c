"""Checks a release of Candor offline, from its files alone: `python -B -m candor_verify FOLDER`.

Needs Python 3.11, numpy and pyarrow. It looks whether every file is the one that was published, whether the tables fit
their schema and each other, and computes each figure again from the raw labels. What differs is named by file, row and
column; what cannot be checked from the files is named as well.

In a release it lies in `verify/`, with the library it computes with: `PYTHONPATH=verify python -B -m candor_verify .`
Whoever would forge a release would forge that copy too. -B keeps Python from writing compiled files into the release,
which would be no files of it.
"""
