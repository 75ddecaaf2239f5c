"""crowd-kit in an environment of its own, for comparison: the project neither needs nor installs it.

The environment is made once, in var/bench/crowd-kit, with the ordinary pip and what crowd-kit's Dawid-Skene imports;
deleting the folder makes it anew the next time. Where it cannot be made, there is nothing to compare with.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench" / "crowd-kit"
CROWD_KIT = "crowd-kit==1.4.2"
# Without the rest of what it asks for, among it a deep learning library for pictures and texts.
NEEDS = ("attrs", "nltk", "numpy", "pandas", "scikit-learn", "tqdm")
MINUTES = 20

# Runs in that environment. Its own stopping rule is put out of action, so that it does the iterations asked for.
FIT = """
import json, sys, time
from pathlib import Path
import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene

folder, few, many = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
names = {"task": "items", "worker": "people", "label": "said"}
labels = pd.DataFrame({name: np.load(folder / f"{file}.npy") for name, file in names.items()})

def took(iterations):
    begun = time.perf_counter()
    DawidSkene(n_iter=iterations, tol=float("-inf")).fit(labels)
    return (time.perf_counter() - begun) * 1000

took(1)
first, last = took(few), took(many)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(json.dumps({"ms": (last - first) / (many - few), "peak_mb": int(peak.split()[1]) * 1024 / 1e6}))
"""


class MissingError(Exception):
    """The environment could not be made, or crowd-kit did not run in it."""


def ready() -> Path:
    """The environment's Python. MissingError says in one line why there is none."""
    python = HOME / "bin" / "python"
    if (HOME / "complete").exists():
        return python
    HOME.parent.mkdir(parents=True, exist_ok=True)
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run([sys.executable, "-m", "venv", "--clear", str(HOME)])
    run([*pip, "--no-deps", CROWD_KIT])
    run([*pip, *NEEDS])
    run([str(python), "-c", "from crowdkit.aggregation import DawidSkene"])
    (HOME / "complete").touch()
    return python


def measure(folder: Path, few: int, many: int) -> dict[str, float]:
    """Milliseconds an iteration, from what the later ones add to the earlier, and the peak of memory."""
    found: dict[str, float] = json.loads(run([str(ready()), "-c", FIT, str(folder), str(few), str(many)]))
    return found


def run(command: list[str]) -> str:
    """What a command prints. MissingError with the end of its complaint if it fails or takes too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=MINUTES * 60)
    except subprocess.CalledProcessError as error:
        raise MissingError((error.stderr.strip() or "it failed").splitlines()[-1]) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingError(str(error)) from error
    return done.stdout
