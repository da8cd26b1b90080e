"""Make the page of the audience table: who is told what, how, and why nobody is told the rest."""

from __future__ import annotations

from chalicelib.notify.audience import NOT_TOLD_TO_PEOPLE, OF_MESSAGES, REACH, TO_PEOPLE, Notice
from chalicelib.notify.conditions import always

_HEAD = """# Who is told what

Made from the table in `chalicelib/notify/audience.py` (`make docs`).

- A channel is used where its person registered it and has not switched it off.
- The person who acted is not told of their own act, except where a row says so.
- Gathered events are counted in a digest beyond so many an hour; everything else is told one by one.

[Messages](messages/en.md) has the words.
[Notifications](notifications.md) says how and when messages leave.

## Channels

"""
_ROWS = """
## Events

| event | who | told | what for | when | told of own acts too | gathered |
|---|---|---|---|---|---|---|
"""
_NOBODY = """
`message_written` is a message in an order's thread, which is no event ([chat](chat.md)).

The marketplace's systems are told every event.
The payment system is told each payment instruction and each new attempt at one.

## Events of which no person is told

| event | why |
|---|---|
"""


def page() -> str:
    """The page, in Markdown."""
    reach = "".join(f"| {who.value} | {why.value} | {', '.join(how)} |\n" for (who, why), how in REACH.items())
    rows = "".join(map(_row, (*TO_PEOPLE, *OF_MESSAGES)))
    nobody = "".join(f"| `{kind.type}` | {why} |\n" for kind, why in NOT_TOLD_TO_PEOPLE.items())
    return f"{_HEAD}| who | what for | channels |\n|---|---|---|\n{reach}{_ROWS}{rows}{_NOBODY}{nobody}"


def _row(notice: Notice) -> str:
    when = "" if notice.when is always else (notice.when.__doc__ or "").rstrip(".")
    ticks = ("yes" if ticked else "" for ticked in (notice.own_too, notice.gathered))
    parts = (notice.audience.value, f"`{notice.text}`", notice.urgency.value, when, *ticks)
    return f"| `{notice.event.type}` | {' | '.join(parts)} |\n"
