"""Everything that changes what makers reply, and what we correct."""

from observatory.actions.corrections import add_correction
from observatory.actions.replies import publish_reply, reject_replies, reject_reply, respond_to_reply, send_reply

__all__ = ["add_correction", "publish_reply", "reject_replies", "reject_reply", "respond_to_reply", "send_reply"]
