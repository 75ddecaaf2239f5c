"""What the pages know of the protocols is what the workers speak: pages may not import them, so it is written twice."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from probes.choices import Dialect, Protocol
from probes.selectors import usage
from probes.selectors.preview import AROUND_TOKENS
from probes.token_limits import output_limit
from workers.providers import PROTOCOLS, bounds, counts
from workers.providers.dialects import DIALECTS

# Whatever a column of JSON can hold, under the names that tokens go by and under others.
ODD = st.none() | st.booleans() | st.text(max_size=3) | st.floats(allow_nan=False, allow_infinity=False)
NUMBERS = st.integers(min_value=-2, max_value=2**63)
VALUES = NUMBERS | ODD | st.lists(NUMBERS, max_size=2)
USAGE = st.dictionaries(
    st.sampled_from(
        [
            *("prompt_tokens", "input_tokens", "promptTokenCount", "completion_tokens", "output_tokens"),
            *("candidatesTokenCount", "thoughtsTokenCount", "cache_read_input_tokens", "cache_creation_input_tokens"),
            *("completion_tokens_details", "output_tokens_details", "reasoning_tokens", "total_tokens"),
        ]
    ),
    VALUES | st.dictionaries(st.sampled_from(["reasoning_tokens", "cached_tokens"]), VALUES),
)
THINKING = st.dictionaries(st.sampled_from(["thinkingBudget", "includeThoughts"]), VALUES)
CONFIG = st.dictionaries(st.sampled_from(["maxOutputTokens", "candidateCount", "temperature"]), VALUES) | st.builds(
    lambda config, thinking: {**config, "thinkingConfig": thinking},
    st.dictionaries(st.sampled_from(["maxOutputTokens", "candidateCount"]), VALUES),
    THINKING | VALUES,
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(["max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of"], VALUES),
        **dict.fromkeys(["thinking_budget", "enable_thinking", "temperature"], VALUES),
        "reasoning": st.dictionaries(st.sampled_from(["max_tokens", "effort"]), VALUES) | VALUES,
        "generationConfig": CONFIG | VALUES,
    },
)


def test_the_protocols_are_the_same():
    assert Protocol.values == list(PROTOCOLS)


def test_the_dialects_are_the_same():
    assert Dialect.values == list(DIALECTS)


@settings(max_examples=500, deadline=None)
@given(USAGE)
@example({"prompt_tokens": 7, "completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}})
@example({"input_tokens": 7, "output_tokens": 9, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20})
@example({"promptTokenCount": 7, "candidatesTokenCount": 9, "thoughtsTokenCount": 30})
@example({"prompt_tokens": 0, "input_tokens": 5.0, "completion_tokens": None, "output_tokens": "many"})
def test_tokens_are_counted_alike(said):
    ours = (usage.input_tokens(said), usage.output_tokens(said))
    assert ours == (counts.input_tokens(said), counts.output_tokens(said))


@settings(max_examples=500, deadline=None)
@given(BODY)
@example({"max_tokens": -1, "max_completion_tokens": 20})
@example({"max_output_tokens": 30, "n": 3})
@example({"max_tokens": True})
@example({"generationConfig": {"maxOutputTokens": 40, "thinkingConfig": {"thinkingBudget": 5}, "candidateCount": 2}})
@example({"max_tokens": 10, "enable_thinking": True})
@example({"max_tokens": 10, "enable_thinking": True, "thinking_budget": 7, "reasoning": {"max_tokens": 3}})
@example({"generationConfig": "none", "reasoning": [], "max_tokens": "10"})
def test_the_most_output_is_reckoned_alike(body):
    assert output_limit(body) == bounds.output_limit(body)


def test_what_stands_around_a_question_is_the_same():
    assert AROUND_TOKENS == bounds.AROUND_TOKENS
