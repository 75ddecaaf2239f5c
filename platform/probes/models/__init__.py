"""Who is asked (llms), what was asked of whom (probes), and what came back (answers)."""

from probes.models.answers import Answer
from probes.models.llms import LLM, Endpoint
from probes.models.probes import ImportBatch, Payload, Probe, Round

__all__ = ["LLM", "Answer", "Endpoint", "ImportBatch", "Payload", "Probe", "Round"]
