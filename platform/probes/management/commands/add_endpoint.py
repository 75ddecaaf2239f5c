"""manage.py add_endpoint: a model and a place that serves it, from one line in a terminal."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.errors import CandorError, Invalid
from probes.actions import add_endpoint, add_llm
from probes.choices import Dialect, EndpointKind, Protocol

REASONING = {"leave": None, "ask": True, "ask-not": False}


def usd(typed: str) -> Decimal:
    """A sum of US dollars, as argparse reads it."""
    try:
        return Decimal(typed)
    except InvalidOperation:
        raise ValueError(typed) from None


class Command(BaseCommand):
    help = (
        "Adds an endpoint. Its key is read from the environment variable that --key-variable names, or from the file "
        "that --key-file names in the folder of keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="how Candor calls the endpoint, such as ollama-qwen3-8b")
        parser.add_argument("base_url", help="up to and with /v1")
        parser.add_argument("served_name", help="the name the endpoint knows the model by")
        model = parser.add_argument_group("the model")
        model.add_argument("--llm", required=True, help="the model's slug; made if it is new")
        model.add_argument("--name", help="the model's name, if it is new")
        model.add_argument("--maker", help="its maker, if it is new")
        model.add_argument("--maker-country", help="two letters, if it is new")
        model.add_argument("--open-weights", action="store_true")
        model.add_argument("--remark", default="", help="what a reader has to know about the model")
        place = parser.add_argument_group("the place")
        place.add_argument("--kind", choices=[kind for kind in EndpointKind.values if kind != EndpointKind.IMPORT])
        place.add_argument("--protocol", choices=Protocol.values, default=Protocol.OPENAI_CHAT)
        place.add_argument("--dialect", choices=Dialect.values, default="", help="where the address does not tell it")
        place.add_argument("--upstream", default="", help="the one provider a router may use; OpenRouter needs it")
        place.add_argument("--allow-private", action="store_true", help="its address is on this machine or network")
        place.add_argument("--key-variable", default="", help="for example OPENAI_API_KEY")
        place.add_argument("--key-file", default="", help="a file's bare name in the folder of keys (KEYS_FOLDER)")
        call = parser.add_argument_group("what each call says")
        call.add_argument("--params", default="{}", help='JSON sent with each call, such as {"max_tokens": 256}')
        call.add_argument("--system", default="", help="a system prompt; none lets the model show itself")
        call.add_argument("--no-stream", action="store_true", help="asks for the answer as one")
        call.add_argument("--reasoning", choices=list(REASONING), default="leave", help="whether a trace is asked for")
        call.add_argument("--samples", type=int, default=0, help="answers a prompt; 0 takes the round's number")
        limits = parser.add_argument_group("limits and money")
        limits.add_argument("--max-in-flight", type=int, default=100)
        limits.add_argument("--requests-a-minute", type=int)
        limits.add_argument("--tokens-a-minute", type=int)
        limits.add_argument("--timeout", type=int, default=120, help="seconds")
        limits.add_argument("--price-input", type=usd, help="US dollars for a million input tokens")
        limits.add_argument("--price-output", type=usd, help="US dollars for a million output tokens")
        limits.add_argument("--budget", type=usd, help="US dollars a month")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            params = json.loads(options["params"])
        except json.JSONDecodeError as error:
            raise CommandError(f"--params is not JSON: {error}") from None
        try:
            self.add(params, options)
        except Invalid as error:
            said = [f"{field}: {' '.join(texts)}" for field, texts in error.fields.items()]
            raise CommandError("\n".join([error.message, *said])) from None
        except CandorError as error:
            raise CommandError(error.message) from None
        judges = options["kind"] == EndpointKind.JUDGE
        then = "Register the judge: manage.py judge register." if judges else "The open round asks it from now on."
        self.stdout.write(f"{options['slug']} is there. {then}")

    @transaction.atomic
    def add(self, params: Any, options: dict[str, Any]) -> None:
        """Both or neither: a model is not left behind by an endpoint that cannot be."""
        llm = add_llm(
            by=None,
            slug=options["llm"],
            name=options["name"] or options["llm"],
            maker=options["maker"] or "Unknown",
            maker_country=(options["maker_country"] or "ZZ").upper(),
            open_weights=options["open_weights"],
            remark=options["remark"],
        )
        same = (
            "slug", "base_url", "served_name", "protocol", "dialect", "upstream", "allow_private", "key_variable",
            "key_file", "system", "samples", "max_in_flight", "requests_a_minute", "tokens_a_minute", "price_input",
            "price_output", "budget",
        )  # fmt: skip
        add_endpoint(
            by=None,
            llm=llm,
            kind=options["kind"] or (EndpointKind.LOCAL if options["allow_private"] else EndpointKind.HOST),
            params=params,
            stream=not options["no_stream"],
            reasoning=REASONING[options["reasoning"]],
            timeout_s=options["timeout"],
            **{name: options[name] for name in same},
        )
