"""The messages of one language as a page: each as it is sent in one of the stories that the tests tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.notify.catalog import LANGUAGES, catalog
from chalicelib.notify.segments import is_gsm_7, segments
from tests.notify.samples import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.notify.catalog import Catalog
    from tests.notify.samples import Sample

_NAMES = {"en": "English", "es": "Spanish", "pt": "Portuguese", "ru": "Russian", "zh": "Chinese"}
_ZONES = {
    "en": "Europe/London",
    "es": "America/Mexico_City",
    "pt": "America/Sao_Paulo",
    "ru": "Europe/Moscow",
    "zh": "Asia/Shanghai",
}
"""Where the reader of the page lives, for the times."""

_HEAD = """# Messages in {name}

Everything that people are told in {name}, with the facts of an example and times by the clocks of {zone}. This page is
made from `chalicelib/notify/languages/{language}.toml` (`make docs`). The others: {others}.

An SMS is sent for what needs action alone. Its segments are counted by the alphabet it needs: 160 characters of GSM-7,
or 70 of UCS-2. The title of a push message is the subject of the email.

"""

_WORDS = """
## Words

What the domain's values are called in a message.

| | value | words |
|---|---|---|
"""


def page(language: str) -> str:
    """The page, in Markdown."""
    said = catalog(language)
    others = ", ".join(f"[{_NAMES[other]}]({other}.md)" for other in LANGUAGES if other != language)
    head = _HEAD.format(name=_NAMES[language], zone=_ZONES[language], language=language, others=others)
    first = {sample.text: sample for sample in reversed(samples())}
    contents = "".join(f"- [{name}](#{name.replace('.', '')})\n" for name in said.texts) + "- [Words](#words)\n"
    sections = "".join("\n" + "\n".join(_section(first[name], language)) for name in said.texts)
    return head + contents + sections + _words(said)


def _section(sample: Sample, language: str) -> Iterator[str]:
    said = sample.said(language, _ZONES[language])
    yield f"## {sample.text}\n"
    yield f"Email: **{said.subject}**\n"
    yield "\n>\n".join(f"> {paragraph}" for paragraph in said.body.split("\n\n")) + "\n"
    if said.short and not sample.text.endswith(".mediators"):
        alphabet = "GSM-7" if is_gsm_7(said.short) else "UCS-2"
        yield f"SMS, {len(said.short)} characters, {_parts(said.short)} of {alphabet}:\n"
        yield f"> {said.short}\n"
    if not sample.text.endswith(".mediators"):
        yield "Push:\n"
        yield f"> {said.push}\n"


def _parts(short: str) -> str:
    count = segments(short)
    return f"{count} segment{'s' if count > 1 else ''}"


def _words(said: Catalog) -> str:
    rows = (f"| {kind} | `{value}` | {text} |\n" for kind, group in said.words.items() for value, text in group.items())
    return "\n## Words\n\nWhat the domain's values are called in a message.\n\n| | value | words |\n|---|---|---|\n" + "".join(
        rows
    )
