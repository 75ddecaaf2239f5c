"""manage.py probe: one question to one endpoint, and everything that came back."""

import json
import re
import sys
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from probes.models import Endpoint
from probes.recorded import whole_command
from prompts.models import Prompt
from workers.by_hand import Refused, Trial, ask_once
from workers.providers import RULES
from workers.providers.text import storable

# What would move the cursor or colour a terminal; line ends and tabs stay.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BAD_USE = 2
# Characters of a response's body in a terminal.
BODY_AT_MOST = 20_000


class Command(BaseCommand):
    help = (
        "Puts one question to one endpoint, as the workers would, and prints all that came. Nothing is recorded as a "
        "probe; what the call costs counts in the endpoint's month. Exit code: 0 when an answer was delivered, 1 when "
        "not, 2 when nothing was asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prompt", help="a text, the number of a prompt, or - for standard input")
        parser.add_argument("--endpoint", required=True, metavar="X", help="its name, such as ollama-qwen3")
        parser.add_argument("--anyway", action="store_true", help="asks a paused endpoint too")
        parser.add_argument("--json", action="store_true", help="prints one JSON object")
        parser.add_argument("--raw", type=Path, metavar="FILE", help="writes the body of the response as it came")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoint = find_endpoint(options["endpoint"])
        text = find_text(options["prompt"])
        raw = open_raw(options["raw"])
        try:
            trial = ask_once(endpoint, text, anyway=options["anyway"])
            if raw is not None:
                raw.write(trial.outcome.raw)
        except Refused as error:
            raise CommandError(str(error), returncode=BAD_USE) from None
        finally:
            if raw is not None:
                raw.close()
        told = everything(endpoint, trial)
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) if options["json"] else in_words(told))
        if trial.result.delivery != "delivered":
            sys.exit(1)


def find_endpoint(slug: str) -> Endpoint:
    endpoint = Endpoint.objects.select_related("llm").filter(slug=slug).first()
    if endpoint is None:
        raise CommandError(f"There is no endpoint {slug}. The page /probes/ lists them.", returncode=BAD_USE)
    return endpoint


def find_text(prompt: str) -> str:
    """The question. A number is a prompt's; a text that is a number comes by standard input."""
    if prompt == "-":
        try:
            text = sys.stdin.read()
        except UnicodeDecodeError as error:
            raise CommandError(f"Standard input is not UTF-8: {error}", returncode=BAD_USE) from None
        text = text.removesuffix("\n")
    elif prompt.isascii() and prompt.isdigit():
        found = Prompt.objects.select_related("current").filter(pk=min(int(prompt), 2**63 - 1)).first()
        if found is None or found.current is None:
            raise CommandError(f"There is no prompt {prompt} with a text.", returncode=BAD_USE)
        text = found.current.text
    else:
        text = prompt
    if not text.strip():
        raise CommandError("There is nothing to ask: the text is empty.", returncode=BAD_USE)
    return text


def open_raw(path: Path | None) -> IO[bytes] | None:
    """Opened before anything is asked, so that a wrong path costs nothing."""
    try:
        return None if path is None else path.open("wb")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=BAD_USE) from None


def everything(endpoint: Endpoint, trial: Trial) -> dict[str, Any]:
    """All that is known of the call, as JSON. The text and the reasoning are as they would be stored."""
    outcome, result = trial.outcome, trial.result
    return {
        "endpoint": endpoint.slug,
        "command": whole_command(trial.request) if trial.request else "",
        "request": trial.request,
        "http_status": outcome.http_status,
        "headers": outcome.raw_headers,
        "pieces": [list(piece) for piece in outcome.pieces],
        "latency_ms": outcome.latency_ms,
        "delivery": outcome.delivery,
        "rule": outcome.rule,
        "about": RULES[outcome.rule].about,
        "quarantined": outcome.quarantined,
        "would_be_tried_again": outcome.retry == "retry",
        "sent": outcome.sent,
        "text": result.text,
        "reasoning": result.reasoning,
        "finish_reason": outcome.finish_reason,
        "usage": outcome.usage,
        "cost_usd": None if trial.cost is None else str(trial.cost),
        "served_by": outcome.served_by,
        "served_model": outcome.served_model,
        "fingerprint": outcome.served_fingerprint,
        "error": outcome.error,
        "body": readable(outcome.raw),
        "recorded": False,
    }


def readable(body: bytes) -> str:
    """Text as it came; each byte that is no UTF-8 as a backslash, an x and two hexadecimal digits."""
    return body.decode("utf-8", "backslashreplace")


def shortened(body: str) -> str:
    """For a terminal."""
    if len(body) <= BODY_AT_MOST:
        return body
    left = len(body) - BODY_AT_MOST
    return (
        f"{body[:BODY_AT_MOST]}\n… and {left:,} characters more: --json prints all of it, --raw FILE keeps the bytes."
    )


def in_words(told: dict[str, Any]) -> str:
    """The same for somebody who reads it in a terminal."""
    facts = {
        "Delivery": told["delivery"] + (", in quarantine" if told["quarantined"] else ""),
        "Rule": f"{told['rule']}: {told['about']}",
        "Error": told["error"],
        "Sent": "" if told["sent"] == "answered" else told["sent"].replace("_", " "),
        "Next": "the workers would try it again" if told["would_be_tried_again"] else "",
        "Status": told["http_status"],
        "Time": f"{told['latency_ms']} ms",
        "Finish reason": told["finish_reason"],
        "Usage": json.dumps(told["usage"]) if told["usage"] else "",
        "Cost": "" if told["cost_usd"] is None else f"${told['cost_usd']}",
        "Served by": told["served_by"],
        "Model": told["served_model"],
        "Fingerprint": told["fingerprint"],
    }
    parts = [told["command"]]
    parts.append("\n".join(f"{name + ':':<15}{value}" for name, value in facts.items() if value not in ("", None)))
    if told["headers"]:
        parts.append("\n".join(["Headers", *(f"  {name}: {value}" for name, value in told["headers"].items())]))
    if told["pieces"]:
        parts.append("\n".join(["Pieces", *(f"  {at:>7} ms  {length:>6} characters" for at, length in told["pieces"])]))
    parts += [f"{name}\n{told[key]}" for name, key in (("Reasoning", "reasoning"), ("Text", "text")) if told[key]]
    if told["body"]:
        parts.append(f"Body\n{shortened(told['body'])}")
    parts.append("Nothing of this was recorded as a probe.")
    return CONTROL.sub(visible, storable("\n\n".join(part for part in parts if part))[0])


def visible(control: re.Match[str]) -> str:
    return f"\\x{ord(control.group()):02x}"
