"""manage.py add_endpoint: a model and a place that serves it, from one line in a terminal."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import CandorError, Invalid
from probes.actions import add_endpoint, add_llm
from probes.choices import EndpointKind


class Command(BaseCommand):
    help = (
        "Adds an OpenAI-compatible endpoint. Its key is read from the environment variable that --key-variable names."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="how Candor calls the endpoint, such as ollama-qwen3-8b")
        parser.add_argument("base_url", help="up to and with /v1")
        parser.add_argument("served_name", help="the name the endpoint knows the model by")
        parser.add_argument("--llm", required=True, help="the model's slug; made if it is new")
        parser.add_argument("--name", help="the model's name, if it is new")
        parser.add_argument("--maker", help="its maker, if it is new")
        parser.add_argument("--maker-country", help="two letters, if it is new")
        parser.add_argument("--open-weights", action="store_true")
        parser.add_argument("--remark", default="", help="what a reader has to know about the model")
        parser.add_argument("--kind", choices=[kind for kind in EndpointKind.values if kind != EndpointKind.IMPORT])
        parser.add_argument("--key-variable", default="", help="for example OPENAI_API_KEY")
        parser.add_argument("--params", default="{}", help='JSON sent with each call, such as {"max_tokens": 256}')
        parser.add_argument("--max-in-flight", type=int, default=20)
        parser.add_argument("--samples", type=int, default=0, help="answers a prompt; 0 takes the round's number")
        parser.add_argument("--timeout", type=int, default=120, help="seconds")
        parser.add_argument("--allow-private", action="store_true", help="its address is on this machine or network")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            params = json.loads(options["params"])
        except json.JSONDecodeError as error:
            raise CommandError(f"--params is not JSON: {error}") from None
        if not isinstance(params, dict):
            raise CommandError("--params is a JSON object, such as {}")
        new = {"name": options["name"] or options["llm"], "maker": options["maker"] or "Unknown"}
        try:
            llm = add_llm(
                by=None,
                slug=options["llm"],
                maker_country=(options["maker_country"] or "ZZ").upper(),
                open_weights=options["open_weights"],
                remark=options["remark"],
                **new,
            )
            add_endpoint(
                by=None,
                llm=llm,
                slug=options["slug"],
                kind=options["kind"] or (EndpointKind.LOCAL if options["allow_private"] else EndpointKind.HOST),
                base_url=options["base_url"],
                served_name=options["served_name"],
                key_variable=options["key_variable"],
                params=params,
                max_in_flight=options["max_in_flight"],
                samples=options["samples"],
                timeout_s=options["timeout"],
                allow_private=options["allow_private"],
            )
        except Invalid as error:
            said = [error.message, *(text for texts in error.fields.values() for text in texts)]
            raise CommandError(" ".join(said)) from None
        except CandorError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{options['slug']} is there. The open round asks it from now on.")
