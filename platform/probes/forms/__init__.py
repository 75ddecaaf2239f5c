"""Forms of the maintainers' pages."""

from probes.forms.endpoints import CorrectEndpointForm, EndpointForm, SteerForm
from probes.forms.llms import LLMForm, RetireForm
from probes.forms.rounds import RoundForm, ScheduleForm

__all__ = [
    "CorrectEndpointForm",
    "EndpointForm",
    "LLMForm",
    "RetireForm",
    "RoundForm",
    "ScheduleForm",
    "SteerForm",
]
