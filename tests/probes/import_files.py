"""A small file of answers for the tests of imports, and what it could leave in the record."""

import hashlib
import json

from probes.actions import begin_import
from probes.models import LLM, Answer, Endpoint, ImportBatch, Probe


def study(prompt):
    """Seven answers to this prompt, three of them different, as the bytes of a file."""
    rows = [
        {"kind": "batch", "source": "A study", "licence": "CC BY 4.0", "may_publish": True},
        {"kind": "llm", "slug": "model-b", "name": "Model B", "maker": "Maker B", "maker_country": "DE"},
        {"kind": "endpoint", "slug": "b-recorded", "llm": "model-b"},
        *[
            {
                "kind": "answer", "endpoint": "b-recorded", "family": prompt.family.slug, "language": "en",
                "prompt": prompt.current.text, "sample": n, "delivery": "delivered", "text": f"A massacré {n % 3}.",
            }
            for n in range(1, 8)
        ],
    ]  # fmt: skip
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def sha(content):
    return hashlib.sha256(content).hexdigest()


def announce(content, **more):
    return begin_import(by=None, sha256=sha(content), size=len(content), **more)


def record():
    """Everything an import could have left in the record."""
    return [model.objects.count() for model in (ImportBatch, LLM, Endpoint, Answer, Probe)]
