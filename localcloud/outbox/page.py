"""Write the outbox as web pages: a phone and a mailbox for each person, and what went to other systems.

Everything it loads comes from the outbox itself, and its policy lets a browser load nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from localcloud.outbox.messages import Entry, Wanted
from localcloud.outbox.parts import ANYBODY, command_to_read, mailbox, phone, to_paste, to_read, when

HERE = Path(__file__).resolve().parent
STYLE = (HERE / "outbox.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "outbox.js").read_text(encoding="utf-8")
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'"
CHANNELS = {"": "all", "email": "email", "sms": "SMS", "push": "push"}
TO_TRY = """API=$(.venv/bin/python -c 'import json; print(json.load(open(".local/endpoints.json"))["api"])')
curl -s "$API/orders/order-3/disputes" -H "Authorization: Bearer $(.venv/bin/python -m localcloud token buyer:alice)" \\
  -H 'Content-Type: application/json' -H "Idempotency-Key: $(date +%s)" -d '{"reason": "not_received"}'"""


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of every page: `people` with the number of the last message to each (0: none yet), and known orders.

    Every command that a page offers begins with `command`. `run` names this outbox, and `arrived` changes whenever something
    has come in: by these two a page knows that it is old.
    """

    run: str
    arrived: int
    people: Mapping[str, int]
    orders: Sequence[str]
    command: str

    @property
    def news(self) -> dict[str, str | int]:
        """The numbers that a page asks for every two seconds, to learn that it is old."""
        return {"run": self.run, "arrived": self.arrived}


def page(outline: Outline, wanted: Wanted, entries: Sequence[Entry]) -> str:
    """Return the page of one person (or of everybody, where none is wanted) with these messages, oldest first."""
    hint = "" if entries else _hint(wanted)
    both = f"{phone(entries, outline.command)}{mailbox(entries, outline.command)}"
    shown = f"{_filters(outline, wanted)}<div class=both>{both}</div>{hint}"
    return _frame(outline, "/", wanted, wanted.person or "everybody", shown)


def machines_page(outline: Outline, entries: Sequence[Entry]) -> str:
    """Return the page of what was published for other systems, newest first."""
    rows = "".join(_publication(entry, outline.command) for entry in reversed(entries))
    body = f"<h2>Payments, events, mediators</h2><ol class=rows id=rows data-list>{rows}</ol><p class=empty>Nothing yet.</p>"
    return _frame(outline, "/systems", Wanted(), "topics", body)


def app_page(outline: Outline, path: str, readers: Sequence[str]) -> str:
    """Return what a message's link opens: in production the marketplace's app, here how to read the same in the API.

    `readers` are those who were sent the link, such as `seller:acme`: each may see what is there.
    """
    commands = "".join(
        f"<h3>As {escape(who)}</h3>{to_paste(command_to_read(outline.command, who, path))}" for who in readers or (ANYBODY,)
    )
    body = f"""<h2>The marketplace's app opens here</h2>
<p>The link is made of the setting <code>AppLinkBase</code>. This local cloud has no app; the API says what it would show.
Paste a command in the project's folder:</p>{commands}"""
    return _frame(outline, path, Wanted(), "a link", body)


def _frame(outline: Outline, path: str, wanted: Wanted, title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang=en data-run="{outline.run}" data-arrived={outline.arrived}>
<meta charset=utf-8><meta name=viewport content="width=device-width">
<meta http-equiv=Content-Security-Policy content="{POLICY}">
<title>Outbox: {escape(title)}</title>
<link rel=icon href="data:,"><link rel=stylesheet href=/outbox.css><script src=/outbox.js defer></script>
<noscript><meta http-equiv=refresh content=5></noscript>
<body><a class=hidden href=#main>Skip to the messages</a>
<header><h1>Outbox</h1>
<p class=soft>What the local cloud sent, and to whom; nothing left this machine. Times are this machine's, in UTC, wherever the
sandbox's clock stands. Also <a href="{_address("/messages.json", wanted)}">as data</a>.</p></header>
<div class=frame><nav aria-label=Recipients>{_people(outline, path, wanted)}</nav><main id=main>
<p id=news class=hidden role=status></p>{body}</main></div>
</html>"""


def _people(outline: Outline, path: str, wanted: Wanted) -> str:
    """Write the list of recipients: everybody first, then one list for each role."""

    def link(key: str, address: str, name: str, last: int, *, here: bool) -> str:
        current = " aria-current=page" if here else ""
        new = "<span class=mark>new</span>"
        return f'<li id="to-{escape(key)}"><a href="{address}" data-last={last}{current}>{escape(name)}{new}</a></li>'

    def one(person: str) -> str:
        role, _, name = person.partition(":")
        address = _address("/", Wanted(person, wanted.channel, wanted.order))
        here = path == "/" and person == wanted.person
        return link(person, address, name or role, outline.people[person], here=here)

    address = _address("/", Wanted("", wanted.channel, wanted.order))
    everybody = link("", address, "Everybody", 0, here=path == "/" and not wanted.person)
    systems = link("systems", "/systems", "Topics of systems", 0, here=path == "/systems")
    lists = [f"<ul>{everybody}{systems}</ul>"]
    for role, title in (("buyer", "Buyers"), ("seller", "Sellers")):
        items = "".join(one(person) for person in sorted(outline.people) if person.partition(":")[0] == role)
        lists.append(f"<h2>{title}</h2><ul id={role}s data-list>{items}</ul>")
    return "".join(lists)


def _filters(outline: Outline, wanted: Wanted) -> str:
    options = "".join(
        f'<option value="{value}"{" selected" if value == wanted.channel else ""}>{name}</option>'
        for value, name in CHANNELS.items()
    )
    orders = "".join(f'<option value="{escape(order)}">' for order in outline.orders)
    everything = f'<a href="{_address("/", Wanted(wanted.person))}">Show all</a>' if wanted.channel or wanted.order else ""
    return f"""<form action=/ aria-label=Filter><input type=hidden name=person value="{escape(wanted.person)}">
<label>Channel <select name=channel>{options}</select></label>
<label>Order <input name=order value="{escape(wanted.order)}" list=orders placeholder="any" autocomplete=off></label>
<datalist id=orders>{orders}</datalist><button>Filter</button>{everything}</form>"""


def _hint(wanted: Wanted) -> str:
    """Write what a person can do when there is nothing to see."""
    why = "No message fits." if wanted.channel or wanted.order else "Nothing has been sent here yet."
    return f"""<div class=hint><p>{why} Somebody is told as soon as a dispute moves. With the data of <code>make run</code>,
alice can say that an order of hers never came, and acme is told:</p><pre>{escape(TO_TRY)}</pre></div>"""


def _address(path: str, wanted: Wanted) -> str:
    asked = {"person": wanted.person, "channel": wanted.channel, "order": wanted.order}
    query = urlencode({name: value for name, value in asked.items() if value})
    return escape(f"{path}?{query}" if query else path)


def _publication(entry: Entry, command: str) -> str:
    attributes = escape(", ".join(f"{name}={value}" for name, value in entry.attributes.items()))
    head = f"<h3>{escape(entry.topic)}</h3>{when(entry)} <small>{attributes}</small>"
    return f"<li id=m{entry.number}>{head}<p>{escape(entry.body)}</p>{to_read(entry, command)}</li>"
