"""How many rows the long tables will have, counted before they are read."""

from releases.rows.cut import Cut, answers, labels, probes


def totals(cut: Cut) -> dict[str, int]:
    return {"probes": probes(cut).count(), "answers": answers(cut).count(), "labels": labels(cut).count()}
