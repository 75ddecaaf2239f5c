"""What web processes import is light, compiled loops give what numpy gives, and threads leave no trace."""

import json
import subprocess
import sys

import numpy as np
import pytest

from annotations.agreement import counts, measure_agreement, measure_labels, tally

HEAVY = "[name for name in ('numba', 'llvmlite', 'scipy', 'pandas', 'django') if name in sys.modules]"
# Everything a page or a label may ask for, on a table as large as one of a database's GROUP BY.
LIGHT = f"""
import json, sys
import numpy as np
import annotations.agreement as library
imported = {HEAVY}
rows = np.random.default_rng(1).multinomial(3, [0.6, 0.3, 0.1], size=2000)
library.measure_agreement(rows)
library.specific_agreement(rows)
library.bootstrap_agreement(rows)
library.cluster_bootstrap_agreement(rows, None, np.arange(2000) // 9)
library.cohen_kappa([[3, 1], [0, 4]])
library.wilson_interval(3, 9)
running = library.RunningAgreement(3)
running.add(1, 2)
running.alpha()
print(json.dumps([imported, {HEAVY}]))
"""
HEAVIER = f"""
import json, sys
import annotations.agreement as library
library.pairwise_kappas([1, 1], [1, 2], [0, 0], classes=2, at_least=1)
print(json.dumps({HEAVY}))
"""
MEASURED = """
import sys
import numpy as np
import annotations.agreement as library
rng = np.random.default_rng(8)
rows = rng.multinomial(4, [0.6, 0.3, 0.1], size=60_000)
family = np.arange(60_000) // 30
print(library.measure_agreement(rows))
print(library.bootstrap_agreement(rows, replicates=300))
print(library.cluster_bootstrap_agreement(rows, None, family, replicates=300))
items, workers, labels = np.repeat(np.arange(500), 4), np.tile(np.arange(4), 500), rng.integers(0, 3, 2000)
print(library.pairwise_kappas(items, workers, labels, classes=3, at_least=5))
"""


def said(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), **environment},
    )
    return done.stdout


def test_the_library_and_what_pages_ask_of_it_load_nothing_heavy():
    assert json.loads(said(LIGHT)) == [[], []]


def test_what_goes_over_every_label_loads_numba_when_it_is_called():
    assert "numba" in json.loads(said(HEAVIER))


def test_one_thread_and_two_say_the_same():
    one, two = (
        said(MEASURED, NUMBA_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads, OMP_NUM_THREADS=threads)
        for threads in ("1", "2")
    )
    assert one == two
    assert "Agreement(items=60000" in one


@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.uint64])
def test_compiled_and_numpy_sums_are_the_same_numbers(monkeypatch, kind):
    rng = np.random.default_rng(6)
    rows = rng.multinomial(5, [0.5, 0.3, 0.1, 0.1], size=3000).astype(kind)
    rows[::7] = 0
    times = rng.integers(0, 9, len(rows))
    by_numpy = measure_agreement(rows), measure_agreement(rows, times)
    monkeypatch.setattr(tally, "COMPILED_FROM", 1)
    assert (measure_agreement(rows), measure_agreement(rows, times)) == by_numpy
    assert (measure_agreement(rows[::-1]), measure_agreement(np.asfortranarray(rows), times)) == by_numpy


def test_what_the_compiled_sums_are_not_made_for_is_left_to_numpy(monkeypatch):
    monkeypatch.setattr(tally, "COMPILED_FROM", 1)
    assert measure_agreement([[2000, 1], [1, 1]]).labels == 2003
    for rows, times, complaint in [
        ([[1, -1]], None, "between 0 and"),
        (np.array([[2**63 + 1, 1]], dtype=np.uint64), None, "between 0 and"),
        ([[1, 1]], [-1], "between 0 and"),
        ([[1, 1]], [1, 2], "as many multiplicities"),
        (np.full((3, 2), 500), [2**31 - 1] * 3, None),
    ]:
        if complaint is None:
            assert measure_agreement(rows, times).items == 3 * (2**31 - 1)
        else:
            with pytest.raises(ValueError, match=complaint):
                measure_agreement(rows, times)


def test_columns_of_labels_are_the_table_they_make(monkeypatch):
    rng = np.random.default_rng(7)
    items, labels = rng.integers(0, 400, 2000), rng.integers(0, 3, 2000)
    table = counts.count_labels(items, labels, classes=range(3))
    found = measure_labels(items, labels, classes=3)
    assert found == measure_agreement(table.counts)
    monkeypatch.setattr(counts, "COMPILED_FROM", 1)
    assert measure_labels(items, labels, classes=3) == found
    assert measure_labels(items.astype(np.int32), labels.astype(np.uint8), classes=3) == found
    for wrong in [(items, labels[:-1]), (items - 1, labels), (items, labels + 1), (items * 0.5, labels)]:
        with pytest.raises(ValueError, match=r"columns of whole numbers|numbered from 0"):
            measure_labels(*wrong, classes=3)
    empty = np.zeros(0, dtype=np.int64)
    assert measure_labels(empty, empty, classes=3).alpha.reason == "no answer has two labels"
