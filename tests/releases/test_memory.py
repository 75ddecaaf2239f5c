"""What a large table took is given back when it is done."""

import subprocess
import sys

from tests.workers.site import ROOT

HELD = """
import sys
sys.path.insert(0, "platform")
from pathlib import Path
from releases.tables.memory import give_back
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
# Too small to be given back one by one, and the last one keeps the heap from shrinking of itself.
small = [bytes(100_000) for _ in range(1_000)]
last = small.pop()
del small
before = resident()
give_back()
print(before - resident())
"""


def test_freed_memory_goes_back_to_the_machine():
    done = subprocess.run(
        [sys.executable, "-c", HELD], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=60
    )
    assert int(done.stdout) > 50_000_000
