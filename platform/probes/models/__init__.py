"""Who is asked (llms), in which round (rounds), what of whom (probes), what came back (answers), and what it cost."""

from probes.models.answers import Answer
from probes.models.imports import ImportBatch, StagedChunk, StagedFault, StagedImport
from probes.models.llms import LLM, Endpoint
from probes.models.probes import Payload, Probe
from probes.models.rounds import Round, RoundSchedule
from probes.models.spending import Spending

__all__ = [
    "LLM",
    "Answer",
    "Endpoint",
    "ImportBatch",
    "Payload",
    "Probe",
    "Round",
    "RoundSchedule",
    "Spending",
    "StagedChunk",
    "StagedFault",
    "StagedImport",
]
