"""Which bytes a Range header asks for."""

import pytest

from releases.served.ranges import CannotSatisfy, asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=10-", (10, 90)),
        ("bytes=90-1000", (90, 10)),
        ("bytes=-8", (92, 8)),
        ("bytes=-1000", (0, 100)),
        ("Bytes=5-6", (5, 2)),
        ("", None),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
        ("lines=0-1", None),
        ("bytes=0--1", None),
        (f"bytes={'9' * 400}-", None),
    ],
)
def test_one_range(header, part):
    assert asked_part(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside(header):
    with pytest.raises(CannotSatisfy):
        asked_part(header, 100)
    with pytest.raises(CannotSatisfy):
        asked_part("bytes=0-", 0)
