"""Write messages in HTML as a phone and a mailbox show them."""

import re
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from chalicelib.notify.segments import is_gsm_7, segments
from localcloud.outbox.messages import Entry

ADDRESS = re.compile(r"https?://[\w.~:/?#@!$&'*+,;=%-]*[\w/#=&-]", re.ASCII)
SHOWN_BY_THE_API = re.compile(r"/(?:disputes|orders)/[^/]+$")
ANYBODY, A_MEDIATOR = "buyer:ID", "mediator:mira"
MAIL_FROM = "AWS Notifications <no-reply@sns.amazonaws.com>"
SMS_FROM = "AWS.SNS.SMS.SenderID"


def phone(entries: Sequence[Entry], command: str) -> str:
    """Write a phone: push messages on its lock screen, newest first, and a thread of SMS, newest last."""
    pushes = [entry for entry in entries if entry.channel == "push"]
    texts = [entry for entry in entries if entry.channel == "sms"]
    lock = "".join(_push(entry, command) for entry in reversed(pushes))
    thread = "".join(_sms(entry, command) for entry in texts)
    senders = {entry.attributes[SMS_FROM] for entry in texts if SMS_FROM in entry.attributes}
    sender = escape(", ".join(sorted(senders)) or "Your AWS account's number")
    return f"""<section aria-labelledby=phone-title>
<h2 id=phone-title>Phone (<span id=phone-count data-live>{len(pushes) + len(texts)}</span>)</h2>
<div class=phone><div class=screen>
<div class=locked><h3 id=lock-title>Lock screen</h3>
<div class=scroll tabindex=0 role=region aria-labelledby=lock-title><ol
 id=lock data-list>{lock}</ol><p class=empty>No push messages.</p></div></div>
<div class=texts><h3 class=sender id=texts-title>{sender}</h3>
<div class=scroll id=thread tabindex=0 role=region aria-labelledby=texts-title><ol
 id=texts data-list>{thread}</ol><p class=empty>No SMS.</p></div></div>
</div></div></section>"""


def mailbox(entries: Sequence[Entry], command: str) -> str:
    """Write a mailbox, newest mail first. A mail opens in its place."""
    mails = [entry for entry in entries if entry.channel == "email"]
    box = "".join(_mail(entry, command) for entry in reversed(mails))
    return f"""<section aria-labelledby=mailbox-title>
<h2 id=mailbox-title>Mailbox (<span id=mailbox-count data-live>{len(mails)}</span>)</h2>
<ol class=mails id=mails data-list>{box}</ol><p class=empty>No mail.</p></section>"""


def when(entry: Entry) -> str:
    """Write the time at which SNS took a message, in UTC."""
    at = datetime.fromisoformat(entry.at).astimezone(UTC)
    return f'<time datetime="{escape(entry.at)}">{at.day} {at:%b %H:%M:%S}</time>'


def linked(text: str) -> str:
    """Return `text` as HTML with its web addresses as links, and no other markup."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(f'<a href="{escape(found[0])}" target=_blank rel="noopener noreferrer">{escape(found[0])}</a>')
        end = found.end()
    return "".join(parts) + escape(text[end:])


def opens(entry: Entry) -> str:
    """Return the path of the dispute or order that a message links to, as the API has it too; empty without such a link."""
    links = [entry.link] if entry.link else ADDRESS.findall(entry.body)
    found = (SHOWN_BY_THE_API.search(urlsplit(link).path) for link in links)
    return next((match[0] for match in found if match), "")


def reader(entry: Entry) -> str:
    """Return whose token reads what a message links to: its recipient's; for the mediators' topic, that of one of them."""
    return A_MEDIATOR if entry.person == "mediators" else entry.person


def command_to_read(command: str, who: str, path: str) -> str:
    """Return the command that prints what `who` reads at `path`."""
    return f"{command} get {shlex.quote(who)} {shlex.quote(path)}"


def to_read(entry: Entry, command: str) -> str:
    """Show the command that reads what a message links to, as its recipient; nothing without such a link."""
    path = opens(entry)
    return to_paste(command_to_read(command, reader(entry), path)) if path else ""


def to_paste(command: str) -> str:
    """Show a command with a button that copies it (the button needs the page's script)."""
    return f"<div class=command><code>{escape(command)}</code><button type=button data-copy>Copy</button></div>"


def sms_size(text: str) -> str:
    """Return how an SMS is sent and charged, such as `2 segments, UCS-2`."""
    count = segments(text)
    return f"{count} segment{'' if count == 1 else 's'}, {'GSM-7' if is_gsm_7(text) else 'UCS-2'}"


def _push(entry: Entry, command: str) -> str:
    link = f"<p>{linked(entry.link)}</p>" if entry.link else ""
    return f"""<li id=m{entry.number} data-n={entry.number} class=push>
<div class=head><span class=icon aria-hidden=true>M</span><small>Marketplace</small>{_NEW}{when(entry)}</div>
<strong dir=auto>{escape(entry.subject)}</strong><p dir=auto>{escape(entry.body)}</p>{link}
{_to(entry, entry.person)}{to_read(entry, command)}</li>"""


def _sms(entry: Entry, command: str) -> str:
    return f"""<li id=m{entry.number} data-n={entry.number} class=sms><div class=head>{_NEW}{when(entry)}</div>
<p class=bubble dir=auto>{linked(entry.body)}</p>
{_to(entry, f"{entry.to}, {entry.person}")}<small>{sms_size(entry.body)}</small>{to_read(entry, command)}</li>"""


def _mail(entry: Entry, command: str) -> str:
    line = " ".join(entry.body.split())
    about = f"<dt>Order<dd>{escape(entry.attributes['order_id'])}" if "order_id" in entry.attributes else ""
    return f"""<li id=m{entry.number} data-n={entry.number}><details><summary>
<span class=head><small>AWS Notifications to {escape(entry.person)}</small>{_NEW}{when(entry)}</span>
<span class=subject dir=auto>{escape(entry.subject or "(no subject)")}</span>
<span class="preview soft" dir=auto>{escape(line)}</span></summary>
<dl><dt>From<dd>{escape(MAIL_FROM)}<dt>To<dd>{escape(entry.to)}{about}</dl>
<div class=body dir=auto>{linked(entry.body)}</div>{to_read(entry, command)}</details></li>"""


def _to(entry: Entry, address: str) -> str:
    order = entry.attributes.get("order_id")
    return f"<small>to {escape(address)}{f', {escape(order)}' if order else ''}</small>"


_NEW = "<span class=mark>new</span>"
