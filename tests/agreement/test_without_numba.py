"""Where numba is not installed numpy does the same work: the same bits, the log-likelihood's last ones apart."""

import json

import numpy as np
import pytest

from annotations.agreement import compiled, fit_dawid_skene, pairwise_kappas
from annotations.agreement.crowd import gather
from tests.agreement.test_imports import said

REFUSE = """
import sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "numba":
            raise ImportError(name)

sys.meta_path.insert(0, Refused())
"""
WORK = """
import hashlib, json, sys
import numpy as np
import annotations.agreement as library
from annotations.agreement import compiled
compiled.COMPILED_FROM = 1000
rng = np.random.default_rng(3)
size = rng.integers(1, 8, 900)
item = np.repeat(np.arange(900), size)
worker = rng.integers(0, 30, len(item))
label = np.where(rng.random(len(item)) < 0.7, rng.integers(0, 3, 900)[item], rng.integers(0, 3, len(item)))
found = []
for told in ({"repeats": "all"}, {"strength": 0.0, "prior": "estimated", "iterations_at_most": 40}):
    fit = library.fit_dawid_skene(item, worker, label, classes=3, **told)
    tables = (fit.posterior, fit.counts, fit.confusion, fit.pooled)
    bits = b"".join(np.ascontiguousarray(one).tobytes() for one in tables)
    found.append([hashlib.sha256(bits).hexdigest(), fit.iterations, round(fit.log_likelihood, 6)])
found.append(repr(library.choose_strength(item, worker, label, classes=3, repeats="all")))
once = np.unique(item * 30 + worker, return_index=True)[1]
found.append(repr(library.pairwise_kappas(item[once], worker[once], label[once], classes=3, at_least=5)))
rows = rng.multinomial(4, [0.6, 0.3, 0.1], size=60_000)
found.append(repr(library.measure_agreement(rows)))
found.append(repr(library.measure_labels(np.repeat(np.arange(60_000), 1), rng.integers(0, 3, 60_000), classes=3)))
print(json.dumps([found, sys.modules.get("numba") is not None]))
"""


def test_all_that_is_compiled_comes_out_the_same_where_numba_cannot_be_imported():
    with_numba, without = (json.loads(said(code)) for code in (WORK, REFUSE + WORK))
    assert (with_numba[1], without[1]) == (True, False)
    assert with_numba[0] == without[0]


@pytest.mark.parametrize("repeats", ["first", "all"])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_any_crowd_is_coded_and_fitted_to_the_same_bits(monkeypatch, classes, repeats):
    monkeypatch.setattr(compiled, "COMPILED_FROM", 0)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        item, worker, label = (rng.integers(0, top, 400) for top in (90, 8, classes))
        found = []
        for plain in (False, True):
            with compiled.by_numpy() if plain else monkeypatch.context():
                crowd = gather(item, worker, label, classes=classes, repeats=repeats)
                fit = fit_dawid_skene(item, worker, label, classes=classes, repeats=repeats, strength=float(seed))
                pairs = pairwise_kappas(
                    crowd.items, crowd.items, np.zeros(len(crowd.items), int), classes=2, at_least=1
                )
            tables = (crowd.starts, crowd.worker, crowd.label, fit.posterior, fit.counts, fit.confusion, fit.prior)
            found.append([*(table.tobytes() for table in tables), fit.iterations, fit.converged, pairs])
        assert found[0] == found[1]


def test_items_that_no_class_explains_and_products_too_small_for_a_double(monkeypatch):
    monkeypatch.setattr(compiled, "COMPILED_FROM", 0)
    # Three hundred labels on one item: its likelihood is below what a double holds.
    item = np.concatenate([np.zeros(300, int), np.repeat(np.arange(1, 40), 3)])
    worker = np.concatenate([np.arange(300), np.tile(np.arange(3), 39)])
    label = np.concatenate([np.arange(300) % 3, np.repeat(np.arange(39) % 3, 3)])
    fits = []
    for plain in (False, True):
        with compiled.by_numpy() if plain else monkeypatch.context():
            fits.append(fit_dawid_skene(item, worker, label, classes=3, iterations_at_most=20))
    np.testing.assert_allclose(fits[0].posterior, fits[1].posterior, rtol=0, atol=1e-12)
    assert fits[0].log_likelihood == pytest.approx(fits[1].log_likelihood, rel=1e-12)


def test_small_sets_are_done_without_loading_numba():
    code = WORK.replace("compiled.COMPILED_FROM = 1000", "").replace(
        "found.append(repr(library.pairwise", "print(json.dumps(sys.modules.get('numba') is None)); sys.exit() #"
    )
    assert json.loads(said(code)) is True
