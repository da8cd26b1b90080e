"""Make the page of one language's messages: each as it is sent in one of the tests' stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.languages import LANGUAGES
from chalicelib.notify.audience import REACH, Audience, Channel, Urgency
from chalicelib.notify.catalog import catalog
from chalicelib.notify.facts import facts
from chalicelib.notify.segments import is_gsm_7, segments
from tests.notify.samples import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.notify.catalog import Catalog
    from tests.notify.samples import Sample

_HEAD = """# Messages in {name}

All that people are told in {name}, with the facts of an example and times by the clocks of {zone}.
This page is made from `chalicelib/languages/{language}.toml` (`make docs`).
The others: {others}.

- An SMS is sent only to sellers, and only for what needs action.
  Its segments are counted by the alphabet that it needs: 160 characters of GSM-7, or 70 of UCS-2.
- The title of a push message is the subject of the email.
- A reminder is shown once for each task that it can ask for.

"""


def page(language: str) -> str:
    """Return the page, in Markdown."""
    said = catalog(language)
    others = ", ".join(f"[{catalog(other).name}]({other}.md)" for other in LANGUAGES if other != language)
    head = _HEAD.format(name=said.name, zone=said.zone, language=language, others=others)
    shown = _shown(said)
    contents = "".join(f"- [{name}](#{name.replace('.', '')})\n" for name in said.texts) + "- [Labels](#labels)\n"
    sections = "".join(f"\n## {name}\n\n" + "\n".join(_parts_of(shown[name], language)) for name in said.texts)
    return head + contents + sections + _labels(said)


def _shown(said: Catalog) -> dict[str, list[Sample]]:
    """Return a sample of each message, an urgent one if there is one, and of a reminder one for each task it can ask for."""
    found: dict[str, dict[str, Sample]] = {}
    for sample in sorted(samples(), key=lambda sample: not sample.urgent):
        reminder = sample.text.startswith("reminder_")
        asked = facts(sample.it, sample.due, said, zone="UTC")["ask"] if reminder else ""
        found.setdefault(sample.text, {}).setdefault(asked, sample)
    return {name: list(different.values()) for name, different in found.items()}


def _parts_of(different: list[Sample], language: str) -> Iterator[str]:
    for sample in different:
        yield from _message(sample, language)


def _message(sample: Sample, language: str) -> Iterator[str]:
    """Yield a message on each channel by which it goes out."""
    said = sample.said(language, catalog(language).zone)
    channels = REACH[Audience(sample.text.rpartition(".")[2]), Urgency.ACTION if sample.urgent else Urgency.NEWS]
    yield f"{'Topic' if Channel.TOPIC in channels else 'Email'}: **{said.subject}**\n"
    yield "\n>\n".join(f"> {paragraph}" for paragraph in said.body.split("\n\n")) + "\n"
    if Channel.SMS in channels:
        alphabet = "GSM-7" if is_gsm_7(said.short) else "UCS-2"
        yield f"SMS, {len(said.short)} characters, {_parts(said.short)} of {alphabet}:\n"
        yield f"> {said.short}\n"
    if Channel.PUSH in channels:
        yield "Push:\n"
        yield f"> {said.push}\n"


def _parts(short: str) -> str:
    count = segments(short)
    return f"{count} segment{'s' if count > 1 else ''}"


def _labels(said: Catalog) -> str:
    head = "\n## Labels\n\nThe names of the domain's values in messages.\n\n| kind | value | label |\n|---|---|---|\n"
    rows = (f"| {kind} | `{value}` | {text} |\n" for kind, group in said.labels.items() for value, text in group.items())
    return head + "".join(rows)
