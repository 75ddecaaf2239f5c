"""What beat says, and how often. Every task is safe to run twice and cheap when there is nothing to do."""

SCHEDULE: dict[str, dict[str, object]] = {
    "find the probes that are due": {"task": "workers.tasks.find_work", "schedule": 2.0, "options": {"expires": 10}},
    "take back leases that ran out, let go of what nobody wants": {
        "task": "workers.tasks.sweep",
        "schedule": 5.0,
        "options": {"expires": 30},
    },
    "bring agreement up to date": {
        "task": "workers.tasks.numbers_refresh",
        "schedule": 2.0,
        "options": {"expires": 10},
    },
    "measure again the rates of models whose calls ended": {
        "task": "workers.tasks.numbers_rates",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "put answers before the machine judges": {
        "task": "workers.tasks.judge_answers",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "measure how far machine judges agree with people": {
        "task": "workers.tasks.slow_numbers_measure_judges",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "weigh what was labelled": {
        "task": "workers.tasks.numbers_weigh",
        "schedule": 3.0,
        "options": {"expires": 10},
    },
    "fit the crowd where there is much that is new": {
        "task": "workers.tasks.slow_numbers_fit_if_grown",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "fit the crowd": {"task": "workers.tasks.slow_numbers_fit_crowd", "schedule": 86400.0},
    "narrow rates by machine judges": {
        "task": "workers.tasks.slow_numbers_judged_rates",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "build releases that wait": {
        "task": "workers.tasks.slow_numbers_build_releases",
        "schedule": 3.0,
        "options": {"expires": 30},
    },
    "take out of releases what was ordered": {
        "task": "workers.tasks.slow_numbers_make_editions",
        "schedule": 3.0,
        "options": {"expires": 30},
    },
    "start the release of the month": {
        "task": "workers.tasks.slow_numbers_monthly_release",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "open the rounds whose time has come": {
        "task": "workers.tasks.open_rounds",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tell webhooks": {"task": "workers.tasks.send_webhooks", "schedule": 5.0, "options": {"expires": 10}},
    "forget what webhooks were told long ago": {"task": "workers.tasks.forget_webhook_messages", "schedule": 86400.0},
    "let go of imports that were left": {"task": "workers.tasks.drop_abandoned", "schedule": 3600.0},
    "forget the sessions that have run out": {"task": "workers.tasks.clear_sessions", "schedule": 86400.0},
    "recount the counters": {"task": "workers.tasks.recount", "schedule": 86400.0},
    "count the figures afresh": {"task": "workers.tasks.slow_numbers_sweep", "schedule": 86400.0},
    "make next month's partitions": {"task": "workers.tasks.open_partitions", "schedule": 86400.0},
}
