"""What the pages know of the protocols is what the workers speak: pages may not import them, so it is written twice."""

import pytest

from probes.choices import Dialect, Protocol
from probes.selectors import usage
from probes.selectors.preview import AROUND_TOKENS
from probes.token_limits import output_limit
from workers.providers import PROTOCOLS, bounds, counts
from workers.providers.dialects import DIALECTS


def test_the_protocols_are_the_same():
    assert Protocol.values == list(PROTOCOLS)


def test_the_dialects_are_the_same():
    assert Dialect.values == list(DIALECTS)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"prompt_tokens": 7, "completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}},
        {"input_tokens": 7, "output_tokens": 9, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20},
        {"promptTokenCount": 7, "candidatesTokenCount": 9, "thoughtsTokenCount": 30},
        {"prompt_tokens": 0, "input_tokens": 5.0, "completion_tokens": None, "output_tokens": "many"},
    ],
)
def test_tokens_are_counted_alike(said):
    ours = (usage.input_tokens(said), usage.output_tokens(said))
    assert ours == (counts.input_tokens(said), counts.output_tokens(said))


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"max_tokens": 10},
        {"max_tokens": -1, "max_completion_tokens": 20},
        {"max_output_tokens": 30, "n": 3},
        {"max_tokens": True},
        {"generationConfig": {"maxOutputTokens": 40, "thinkingConfig": {"thinkingBudget": 5}, "candidateCount": 2}},
        {"max_tokens": 10, "enable_thinking": True},
        {"max_tokens": 10, "enable_thinking": True, "thinking_budget": 7, "reasoning": {"max_tokens": 3}},
        {"generationConfig": "none", "reasoning": [], "max_tokens": "10"},
    ],
)
def test_the_most_output_is_reckoned_alike(params):
    assert output_limit(params) == bounds.output_limit(params)


def test_what_stands_around_a_question_is_the_same():
    assert AROUND_TOKENS == bounds.AROUND_TOKENS
