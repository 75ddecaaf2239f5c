"""The Celery application. Celery carries short messages such as "there is work"; the work itself is in PostgreSQL.

Settings so that nothing is lost: a task is acknowledged when it is done, given back when its worker dies, and never
hoarded. Seen without them: 16 of 1,000 lost at a worker's kill -9.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from workers.schedule import SCHEDULE

app = Celery("candor")
app.conf.update(
    broker_url=settings.REDIS_BROKER,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,  # longer than the longest task
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="probes",
    task_routes={
        "workers.tasks.numbers_*": {"queue": "numbers"},
        "workers.tasks.slow_numbers_*": {"queue": "slow_numbers"},
    },
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    timezone="UTC",
    beat_schedule=SCHEDULE,
    beat_max_loop_interval=2,
    redbeat_redis_url=settings.REDIS_BEAT,
    redbeat_lock_timeout=10,
    imports=["workers.tasks"],
)
