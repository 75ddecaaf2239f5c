"""Thin tasks: they take ids, hold no logic, and are safe to run twice.

Names that begin with `numbers_` or `slow_numbers_` go to the queue of that name, whose processes may import numpy and
pyarrow; the children that probe never do. Whatever may take longer than a few seconds is slow, so that the figures that
pages show never wait for it.
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


@shared_task(name="workers.tasks.send_webhooks")
def send_webhooks() -> None:
    """Wakes this process's thread for webhooks: receivers may be slow, and nothing here waits for them."""
    from workers.process import telling

    telling().wake()


@shared_task(name="workers.tasks.forget_webhook_messages")
def forget_webhook_messages() -> None:
    from releases.actions.webhooks import forget_deliveries

    forget_deliveries()


@shared_task(name="workers.tasks.recount")
def recount() -> None:
    from annotations.actions import carry_on_all, recount, review_everybody

    review_everybody()
    carry_on_all(lately=False)
    recount()


@shared_task(name="workers.tasks.clear_sessions")
def clear_sessions() -> None:
    from accounts.sessions import clear_sessions

    clear_sessions()


@shared_task(name="workers.tasks.open_partitions")
def open_partitions() -> None:
    from core.events import open_partitions

    open_partitions()


@shared_task(name="workers.tasks.numbers_refresh")
def numbers_refresh() -> None:
    from annotations.actions import refresh_stale

    refresh_stale(limit=1000)


@shared_task(name="workers.tasks.numbers_rates")
def numbers_rates() -> None:
    from annotations.actions import refresh_moved

    refresh_moved()


@shared_task(name="workers.tasks.judge_answers")
def judge_answers() -> None:
    """Puts answers before the machine judges and wakes this process's loop for them."""
    from annotations.actions import queue_for_all, take_back_expired_verdicts
    from annotations.selectors.judges import judges_with_work
    from workers.process import judging

    take_back_expired_verdicts()
    queue_for_all()
    if judges_with_work():
        judging().wake()


@shared_task(name="workers.tasks.slow_numbers_measure_judges")
def slow_numbers_measure_judges() -> None:
    from annotations.actions import measure_judges

    measure_judges()


@shared_task(name="workers.tasks.numbers_weigh")
def numbers_weigh() -> None:
    from annotations.actions import weigh

    weigh()


@shared_task(name="workers.tasks.slow_numbers_fit_crowd")
def slow_numbers_fit_crowd() -> None:
    from annotations.actions import fit_crowd

    fit_crowd()


@shared_task(name="workers.tasks.slow_numbers_fit_if_grown")
def slow_numbers_fit_if_grown() -> None:
    from annotations.actions import fit_if_grown

    fit_if_grown()


@shared_task(name="workers.tasks.slow_numbers_judged_rates")
def slow_numbers_judged_rates() -> None:
    from annotations.actions import refresh_judged_rates

    refresh_judged_rates()


@shared_task(name="workers.tasks.slow_numbers_sweep")
def slow_numbers_sweep() -> None:
    """Counts every figure afresh from the labels, and says how far the live ones had drifted."""
    from annotations.actions import sweep

    sweep()


@shared_task(name="workers.tasks.slow_numbers_build_releases")
def slow_numbers_build_releases() -> None:
    from releases.actions import build_waiting

    build_waiting()


@shared_task(name="workers.tasks.slow_numbers_make_editions")
def slow_numbers_make_editions() -> None:
    """Takes out of releases what somebody ordered to be taken out."""
    from releases.actions import make_editions

    make_editions()


@shared_task(name="workers.tasks.slow_numbers_monthly_release")
def slow_numbers_monthly_release() -> None:
    from releases.actions import start_monthly

    start_monthly()


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
