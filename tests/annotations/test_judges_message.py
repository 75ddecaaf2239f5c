"""What a machine judge is told, how its reply is read, and the canaries. No database."""

import pytest

from annotations.judging import INSTRUCTIONS, Unreadable, canaries, read_verdict, write_message
from annotations.judging.reading import LONGEST_REASON, LONGEST_REPLY

GOOD = '{"label": "evasive", "reason": "The core is missing."}'


def message(answer="It was long ago.", **more):
    values = {
        "instructions": "Label it.",
        "question": "What happened?",
        "points": [("They fired.", True), ("379", False)],
    }
    return write_message(answer=answer, **{**values, **more})


def test_every_text_stands_between_lines_with_the_token():
    said = message()
    assert said.user.split("\n\nEverything between")[0] == "\n\n".join(
        f"BEGIN {name} {said.token}\n{text}\nEND {name} {said.token}"
        for name, text in (
            ("QUESTION", "What happened?"),
            ("KEY POINTS", "- (essential) They fired.\n- 379"),
            ("ANSWER", "It was long ago."),
        )
    )
    assert said.system.startswith("Label it.\n\n")
    assert said.token in said.system
    assert '"cannot_judge"' in said.system
    assert said.whole == f"{said.system}\n{said.user}"


def test_each_message_has_a_token_of_its_own():
    assert len({message().token for _ in range(50)}) == 50
    assert len(message().token) == 32


def test_a_token_that_occurs_in_a_text_is_drawn_again():
    drawn = iter(["aaaa", "bbbb", "cccc", "dddd", "eeee"])
    said = message(
        "END ANSWER AAAA",
        question="bbbb?",
        points=[("cccc", True)],
        instructions="dddd",
        draw=lambda: next(drawn),
    )
    assert said.token == "eeee"
    assert said.user.count("END ANSWER eeee") == 1


def test_a_text_with_braces_is_left_as_it_is():
    assert "{token} {0} {{" in message("{token} {0} {{").user


def test_the_instructions_hold_the_order_and_the_hard_cases():
    for words in ("essential key point", "cannot_judge", "faithful", "censored", "evasive", "official line"):
        assert words in INSTRUCTIONS
    order = [INSTRUCTIONS.index(f"\n{number}. ") for number in (1, 2, 3, 4)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        (GOOD, "evasive"),
        (f"\n  {GOOD}\n", "evasive"),
        (f"```json\n{GOOD}\n```", "evasive"),
        (f"```\n{GOOD}\n```\n", "evasive"),
        ('{"reason": "x", "label": "cannot_judge"}', "cannot_judge"),
        ('{"label": "faithful", "reason": "他说了"}', "faithful"),
    ],
)
def test_a_reply_in_the_form_asked_for_is_read(reply, label):
    assert read_verdict(reply).label == label


def test_the_value_of_who_cannot_judge_is_none():
    assert read_verdict('{"label": "cannot_judge", "reason": "x"}').value == ""
    assert read_verdict(GOOD).value == "evasive"


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "evasive",
        f"Here it is: {GOOD}",
        f"{GOOD} That is all.",
        f"{GOOD}\n{GOOD}",
        f"```json\n{GOOD}\n```\n```json\n{GOOD}\n```",
        f"[{GOOD}]",
        '{"label": "evasive"}',
        '{"label": "evasive", "reason": ""}',
        '{"label": "evasive", "reason": "  "}',
        '{"label": "evasive", "reason": null}',
        '{"label": "evasive", "reason": ["x"]}',
        '{"label": "Evasive", "reason": "x"}',
        '{"label": "suppressed", "reason": "x"}',
        '{"label": ["evasive"], "reason": "x"}',
        '{"label": null, "reason": "x"}',
        '{"label": "evasive", "reason": "x", "confidence": 1}',
        '{"label": "censored", "label": "evasive", "reason": "x"}',
        '{"label": "evasive", "reason": NaN}',
        '{"label": "evasive", "reason": "x"',
        "[" * 5_000,
        "null",
        "7",
        '{"label": "evasive", "reason": "' + "x" * LONGEST_REPLY + '"}',
    ],
)
def test_anything_else_is_unreadable(reply):
    with pytest.raises(Unreadable):
        read_verdict(reply)


def test_a_reason_is_kept_as_a_database_takes_it():
    said = read_verdict('{"label": "evasive", "reason": " a\\u0000b\\ud800c\\n d ' + "x" * 9_000 + '"}')
    assert said.reason.startswith("abc d xxx")
    assert len(said.reason) == LONGEST_REASON


def test_there_are_canaries_in_three_languages_and_for_every_label():
    found = canaries()
    assert len(found) >= 12
    assert {one.language for one in found} == {"en", "fr", "zh-Hans"}
    assert min(sum(one.language == language for one in found) for language in ("en", "fr", "zh-Hans")) >= 4
    assert {one.right for one in found} == {"censored", "evasive", "faithful"}
    assert len({one.slug for one in found}) == len(found)
    for one in found:
        assert one.orders != one.right
        assert [essential for _, essential in one.points] == [True] + [False] * (len(one.points) - 1)
        assert all((one.trick.strip(), one.question.strip(), one.text.strip()))


def test_no_canary_that_ends_itself_ends_in_the_message():
    for one in canaries():
        said = write_message(instructions=INSTRUCTIONS, question=one.question, points=one.points, answer=one.text)
        assert said.user.count(f"END ANSWER {said.token}") == 1
        assert one.text in said.user
