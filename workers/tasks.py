"""Thin tasks: they take ids, hold no logic, and are safe to run twice.

Names that begin with `numbers_` go to the queue of that name, whose processes may import numpy and pyarrow; the
children that probe never do.
"""

from celery import shared_task
from celery.signals import worker_init, worker_process_init, worker_process_shutdown


@shared_task(name="workers.tasks.find_work")
def find_work() -> None:
    """Makes missing probes of the open round and says "pump" for each endpoint with something due."""
    from probes.actions import open_missing_probes
    from probes.selectors import endpoints_with_work, open_round

    if (current := open_round()) is not None:
        open_missing_probes(of=current, limit=1000)
    for endpoint_id in endpoints_with_work():
        pump.delay(endpoint_id)


@shared_task(name="workers.tasks.pump", expires=10)
def pump(endpoint_id: int) -> None:
    """Tells this process's runner that an endpoint has work, and returns at once."""
    from workers.process import runner

    runner().wake(endpoint_id)


@shared_task(name="workers.tasks.sweep")
def sweep() -> None:
    """Takes back leases that ran out, closes what has settled, and lets go of what nobody wants any more."""
    from annotations.actions import carry_on_all, review_due, settle_due, take_back_expired_checks
    from annotations.actions import take_back_expired as take_back_assignments
    from probes.actions import drop_unwanted, take_back_expired, withdraw_answers

    take_back_expired()
    take_back_assignments()
    take_back_expired_checks()
    settle_due()
    review_due()
    carry_on_all()
    drop_unwanted()
    withdraw_answers()


@shared_task(name="workers.tasks.open_rounds")
def open_rounds() -> None:
    """Opens the rounds whose time has come."""
    from probes.actions import open_scheduled_rounds

    open_scheduled_rounds()


@shared_task(name="workers.tasks.drop_abandoned")
def drop_abandoned() -> None:
    """Lets go of imports that were begun and left."""
    from probes.actions import drop_abandoned_imports

    drop_abandoned_imports()


@shared_task(name="workers.tasks.recount")
def recount() -> None:
    from annotations.actions import carry_on_all, recount, review_everybody

    review_everybody()
    carry_on_all(lately=False)
    recount()


@shared_task(name="workers.tasks.open_partitions")
def open_partitions() -> None:
    from core.events import open_partitions

    open_partitions()


@shared_task(name="workers.tasks.numbers_refresh")
def numbers_refresh() -> None:
    from annotations.actions import refresh_stale

    refresh_stale(limit=1000)


@shared_task(name="workers.tasks.numbers_build_releases")
def numbers_build_releases() -> None:
    from releases.actions import build_waiting

    build_waiting()


# Set in the worker before it forks, so that its children know whether they are for probes.
_for_probes = False


@worker_init.connect
def know_the_queues(sender: object, **_: object) -> None:
    global _for_probes  # noqa: PLW0603 -- the only way from a worker to its children
    queues = getattr(getattr(getattr(sender, "app", None), "amqp", None), "queues", None)
    _for_probes = "probes" in (getattr(queues, "consume_from", None) or {})


@worker_process_init.connect
def start_runner(**_: object) -> None:
    """Every child that probes looks for work from the start, whoever Celery hands the first message to."""
    if _for_probes:
        from workers.process import runner

        runner()


@worker_process_shutdown.connect
def stop_runner(**_: object) -> None:
    """What is in flight is cancelled and given back."""
    from workers.process import stop

    stop()
