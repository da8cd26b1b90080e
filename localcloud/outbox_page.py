"""The outbox as a person sees it: a mailbox and a phone for each recipient, and what went to other systems."""

from html import escape
from urllib.parse import quote

from localcloud.messages import Entry

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
nav a { display: inline-block; padding: .3rem .7rem; margin: .1rem; border-radius: 1rem; text-decoration: none;
        border: 1px solid #8886; color: inherit; }
nav a[aria-current] { background: #2456a6; color: #fff; }
.both { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem; align-items: start; }
@media (max-width: 45rem) { .both { grid-template-columns: 1fr; } }
article { border: 1px solid #8886; border-radius: .6rem; padding: .7rem 1rem; margin: .7rem 0;
          overflow-wrap: anywhere; }
article h3 { margin: 0; font-size: 1rem; } article p { white-space: pre-wrap; margin: .5rem 0 0; }
small { opacity: .75; } .phone article { border-radius: 1.2rem; background: #2456a61f; }
"""


def page(people: list[str], person: str, entries: list[Entry]) -> str:
    """Return the page of one person (or of everybody, for an empty `person`), newest message first."""
    newest = list(reversed(entries))
    mails = [e for e in newest if e.channel == "email"]
    texts = [e for e in newest if e.channel != "email"]
    body = f"""<div class=both>
<section aria-label="E-mail"><h2>E-mail ({len(mails)})</h2>
{"".join(map(_mail, mails)) or "<p>No e-mail.</p>"}</section>
<section class=phone aria-label="Phone"><h2>Phone ({len(texts)})</h2>
{"".join(map(_text, texts)) or "<p>No messages.</p>"}</section>
</div>"""
    return _frame(people, person, person or "everybody", body)


def machines_page(people: list[str], entries: list[Entry]) -> str:
    """Return the page of what was published for other systems, newest first."""
    rows = "".join(map(_publication, reversed(entries)))
    return _frame(people, None, "other systems", rows or "<p>Nothing yet.</p>")


def _frame(people: list[str], current: str | None, title: str, body: str) -> str:
    links = [("/", "Everybody", current == "")]
    links += [(f"/?person={quote(name)}", name, current == name) for name in people]
    links.append(("/systems", "Payments and events", current is None))
    tabs = "".join(
        f'<a href="{escape(address)}"{" aria-current=page" if here else ""}>{escape(name)}</a>' for address, name, here in links
    )
    return f"""<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
<meta http-equiv=refresh content=3><title>Outbox: {escape(title)}</title><style>{STYLE}</style>
<h1>Outbox</h1>
<p>What the local cloud sent, and to whom. Nothing left this machine. Also <a href="/messages.json">as data</a>.</p>
<nav aria-label="Recipients">{tabs}</nav>{body}</html>"""


def _mail(entry: Entry) -> str:
    title = escape(entry.subject or "(no subject)")
    return f"<article><h3>{title}</h3>{_envelope(entry)}<p>{escape(entry.body)}</p></article>"


def _text(entry: Entry) -> str:
    return f"<article>{_envelope(entry)}<p>{escape(entry.body)}</p></article>"


def _envelope(entry: Entry) -> str:
    kind = {"sms": "SMS", "push": "Push"}.get(entry.channel, "E-mail")
    return f"<small>{kind} to {escape(entry.to)} ({escape(entry.person)}), {escape(entry.at)}</small>"


def _publication(entry: Entry) -> str:
    attributes = escape(", ".join(f"{name}={value}" for name, value in entry.attributes.items()))
    heading = f"<h3>{escape(entry.topic)}</h3><small>{escape(entry.at)} {attributes}</small>"
    return f"<article>{heading}<p>{escape(entry.body)}</p></article>"
