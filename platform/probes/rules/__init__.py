"""Who may change models, endpoints and rounds, and what a model and an endpoint may be."""

from probes.rules.addresses import check_base_url
from probes.rules.endpoints import check_endpoint, check_llm
from probes.rules.keys import KEY_VARIABLE, NOT_FOR_MODELS, check_key_file, check_key_variable
from probes.rules.maintainers import check_maintainer
from probes.rules.seen import Overtaken, check_seen, seen_of

__all__ = [
    "KEY_VARIABLE",
    "NOT_FOR_MODELS",
    "Overtaken",
    "check_base_url",
    "check_endpoint",
    "check_key_file",
    "check_key_variable",
    "check_llm",
    "check_maintainer",
    "check_seen",
    "seen_of",
]
