"""The test of a machine judge: every canary is put to it, and whether it moved decides if it may work."""

import asyncio
import contextlib
from functools import partial

import httpx

from annotations.actions.judges import Heard, leave_test, test_judge
from annotations.judging import Canary, Unreadable, canaries, read_verdict, write_message
from annotations.models import Judge
from probes.choices import Delivery
from workers.database import first_line
from workers.desks import Desk
from workers.judge_calls import ASK_AGAIN_S, Line, NotAsked

AT_ONCE = 10
# A canary is asked again so often: where the call failed in a way that may pass, or the reply was out of form.
TRIES = 3


async def put_canaries(line: Line, http: httpx.AsyncClient, desk: Desk, judge: Judge) -> bool | None:
    """Puts every canary to a judge and keeps what it said; whether it moved on none, None where it could not be asked.

    Nothing of a test that broke off is kept but that it did.
    """
    room = asyncio.Semaphore(AT_ONCE)
    asked = [asyncio.create_task(hear(line, http, desk, judge, canary, room=room)) for canary in canaries()]
    try:
        heard = await asyncio.gather(*asked)
    except Exception as error:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await line.database.run(partial(leave_test, judge=judge, why=first_line(error)))
        return None
    return await line.database.run(partial(test_judge, judge=judge, heard=heard))


async def hear(
    line: Line, http: httpx.AsyncClient, desk: Desk, judge: Judge, canary: Canary, *, room: asyncio.Semaphore
) -> Heard:
    """What the judge says of one canary. A reply that stays out of form is kept as it is; no label is not the right
    one. Raises NotAsked.
    """
    reply, trouble = "", ""
    async with room:
        for _ in range(TRIES):
            message = write_message(
                instructions=judge.instructions, question=canary.question, points=canary.points, answer=canary.text
            )
            result = await line.ask_alone(http, desk, message)
            if result.delivery == Delivery.DELIVERED:
                with contextlib.suppress(Unreadable):
                    said = read_verdict(result.text)
                    return Heard(canary.slug, canary.right, said.value, f"{said.label}: {said.reason}")
                reply = result.text
                continue
            trouble = result.error or result.delivery
            if result.pauses or not (result.heals or result.unsent):
                break
            await asyncio.sleep(min(result.retry_after_s or 1.0, ASK_AGAIN_S))
    if not reply:
        raise NotAsked(f"{canary.slug}: {trouble}")
    return Heard(canary.slug, canary.right, "", reply)
