"""Which process does what: the figures on the pages never wait for what takes minutes."""

import re
from pathlib import Path

from embedded import plan
from workers import tasks
from workers.celery import app
from workers.metrics import QUEUES
from workers.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parents[2]


def queue_of(task: str) -> str:
    return app.amqp.router.route({}, task)["queue"].name


def test_what_is_slow_has_a_queue_of_its_own():
    queues: dict[str, set[str]] = {}
    for entry in SCHEDULE.values():
        queues.setdefault(queue_of(entry["task"]), set()).add(entry["task"].removeprefix("workers.tasks."))
    assert queues == {
        "probes": {
            *("find_work", "sweep", "judge_answers", "open_rounds", "drop_abandoned", "recount", "open_partitions"),
            *("send_webhooks", "forget_webhook_messages", "clear_sessions"),
        },
        "numbers": {"numbers_refresh", "numbers_rates", "numbers_weigh"},
        "slow_numbers": {
            *("slow_numbers_fit_crowd", "slow_numbers_fit_if_grown", "slow_numbers_measure_judges"),
            *("slow_numbers_judged_rates", "slow_numbers_sweep", "slow_numbers_build_releases"),
            *("slow_numbers_make_editions", "slow_numbers_monthly_release"),
        },
    }


def test_every_queue_has_one_kind_of_process_here_and_in_docker():
    by_hand = [child.command for child in plan.site(ROOT).children(8000, 8001) if "worker" in child.command]
    here = [command[command.index("-Q") + 1] for command in by_hand]
    entrypoint = (ROOT / "docker" / "entrypoint").read_text()
    compose = (ROOT / "docker" / "compose.yml").read_text()
    in_docker = dict(re.findall(r"^ +(\w+)\) exec celery .* -Q (\w+) ", entrypoint, flags=re.MULTILINE))
    assert here == list(QUEUES) == list(in_docker.values())
    assert [name for name in in_docker if f"command: [{name}]" in compose] == list(in_docker)
    assert re.findall(r"worker -Q (\w+)", (ROOT / "docs" / "running.md").read_text()) == list(QUEUES)


def test_every_task_that_is_scheduled_is_known():
    known = {name for one in vars(tasks).values() if (name := getattr(one, "name", ""))}
    assert {str(entry["task"]) for entry in SCHEDULE.values()} - known == set()
