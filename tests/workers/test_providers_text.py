"""The texts inside a response: reasoning apart, and everything storable."""

import pytest

from workers.providers.text import content_texts, is_blank, one_line, reasoning_field, split_reasoning, storable


@pytest.mark.parametrize(
    ("text", "kept", "escaped"),
    [
        ("plain ümläut 天安门 😀", "plain ümläut 天安门 😀", False),
        ("a\x00b", r"a\u0000b", True),
        ("\ud800", r"\ud800", True),
        ("x\udfff\x00", r"x\udfff\u0000", True),
        ("tabs\tand\nlines", "tabs\tand\nlines", False),
        (r"written \u0000 by hand", r"written \u0000 by hand", False),
        ("", "", False),
    ],
)
def test_storable_escapes_what_a_database_refuses(text, kept, escaped):
    assert storable(text) == (kept, escaped)
    kept.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("No marks at all.", "No marks at all.", ""),
        ("  Leading space stays.", "  Leading space stays.", ""),
        ("<think>Hmm.</think>\n\nYes.", "Yes.", "Hmm."),
        ("\n <think>\nHmm.\n</think>Yes.", "Yes.", "Hmm."),
        ("<THINK>Hmm.</Think>Yes.", "Yes.", "Hmm."),
        ("<thinking>Hmm.</thinking>Yes.", "Yes.", "Hmm."),
        ("◁think▷Hmm.◁/think▷Yes.", "Yes.", "Hmm."),
        ("[THINK]Hmm.[/THINK]Yes.", "Yes.", "Hmm."),
        ("<think></think>Yes.", "Yes.", ""),
        ("<think>One.</think><think>Two.</think>Yes.", "Yes.", "One.\n\nTwo."),
        ("<think>Cut in the middle", "", "Cut in the middle"),
        ("◁think▷Cut in the middle", "", "Cut in the middle"),
        ("Opened by the template.\n</think>\n\nYes.", "Yes.", "Opened by the template."),
        ("Opened by the template.</think>", "", "Opened by the template."),
        # An answer about such marks is an answer.
        ("Write <think>x</think> around it.", "Write <think>x</think> around it.", ""),
        ("Close it with </think> at the end.", "Close it with </think> at the end.", ""),
    ],
)
def test_inline_reasoning_is_taken_off_the_front(text, answer, reasoning):
    assert split_reasoning(text) == (answer, reasoning)


def test_a_chain_of_empty_blocks_ends():
    answer, reasoning = split_reasoning("<think></think>" * 100_000 + "Yes.")
    assert reasoning == ""
    assert answer.endswith("Yes.")


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ("plain", ("plain", "")),
        (None, ("", "")),
        (7, ("", "")),
        (["a", "b"], ("ab", "")),
        ([{"type": "text", "text": "a"}, {"type": "output_text", "text": "b"}], ("ab", "")),
        ({"type": "text", "text": "a"}, ("a", "")),
        (
            [{"type": "thinking", "thinking": [{"type": "text", "text": "Hmm."}]}, {"type": "text", "text": "Yes."}],
            ("Yes.", "Hmm."),
        ),
        ([{"type": "reasoning", "text": "Hmm."}, {"text": "Yes."}], ("Yes.", "Hmm.")),
        ([None, 3, {"type": "image_url"}, {"text": None}, []], ("", "")),
    ],
)
def test_content_may_be_a_string_or_parts(content, texts):
    assert content_texts(content) == texts


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        ({}, ""),
        ({"reasoning_content": "Hmm."}, "Hmm."),
        ({"reasoning_content": None, "reasoning": "Hmm."}, "Hmm."),
        ({"reasoning_content": "Hmm.", "reasoning": "Hmm."}, "Hmm."),
        ({"thinking": "Hmm."}, "Hmm."),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "Hm"}, {"summary": "m."}]}, "Hmm."),
        ({"reasoning": {"content": "Hmm."}}, "Hmm."),
        ({"reasoning": 5}, ""),
    ],
)
def test_reasoning_the_server_took_out(message, reasoning):
    assert reasoning_field(message) == reasoning


def test_deep_nesting_ends():
    value = "deep"
    for _ in range(500):
        value = [value]
    assert content_texts(value) == ("", "")


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" \n\t", True),
        ("\u200b\ufeff", True),
        ("\x00", True),
        ("\u3000", True),
        ("。", False),
        ("\ud800", False),
    ],
)
def test_blank_is_what_nobody_would_see(text, blank):
    assert is_blank(text) is blank


def test_one_line_is_short_and_storable():
    assert one_line("two\nlines\x00 and  space") == r"two lines\u0000 and space"
    assert one_line("x" * 1000, 10) == "xxxxxxxxx…"
