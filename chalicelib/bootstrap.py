"""Put the rooms together: this is the composition root, and the only one."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.aws import client
from chalicelib.domain.policy import published
from chalicelib.notify.registries.endpoints import SnsEndpoints
from chalicelib.notify.registries.subscriptions import SnsSubscriptions
from chalicelib.notify.registries.texts import SnsTexts
from chalicelib.service.ports import Clock
from chalicelib.service.services import ContactLimits, Services, SystemClock
from chalicelib.settings import GUARDDUTY, settings
from chalicelib.store.audit import AuditLog
from chalicelib.store.call_counts import CallCounts
from chalicelib.store.cases import Cases
from chalicelib.store.connections import Connections
from chalicelib.store.lists import Lists
from chalicelib.store.message_queue import MessageQueue
from chalicelib.store.messages import Messages
from chalicelib.store.notes import Notes
from chalicelib.store.people import People
from chalicelib.store.replies import SavedReplies
from chalicelib.store.tallies import Tallies
from chalicelib.switches import Switches

if TYPE_CHECKING:
    from chalicelib.notify.dependencies import Dependencies
    from chalicelib.notify.ports import Sender
    from chalicelib.notify.webhooks.delivering import Delivering
    from chalicelib.service.counting import Counting
    from chalicelib.service.operations import Operating
    from chalicelib.service.sandbox import SandboxClock
    from chalicelib.service.uploads import Storage
    from chalicelib.service.verification.run import Verification
    from chalicelib.service.webhooks import Desk
    from chalicelib.store.progress import ProgressKept
    from chalicelib.store.statistics import Statistics


PUBLISHED_AT_ONCE = 25
"""Orders that are published at the same time, as many as a batch has records: publishing is mostly waiting for AWS."""


@lru_cache(maxsize=1)
def services() -> Services:
    """Return this process's services."""
    table = settings().table_name
    policies = published()

    def dynamodb() -> object:
        return client("dynamodb")

    return Services(
        cases=Cases(dynamodb, table, policies, settings().deadline_shards, compact=settings().stored_form == "packed"),
        lists=Lists(dynamodb, table),
        people=People(dynamodb, table),
        messages=Messages(dynamodb, table),
        notes=Notes(dynamodb, table),
        replies=SavedReplies(dynamodb, table),
        connections=Connections(dynamodb, table),
        audit=AuditLog(dynamodb, table, settings().audit_days),
        subscriptions=SnsSubscriptions(),
        clock=_clock(),
        policies=policies,
        endpoints=SnsEndpoints(lambda: client("sns"), {"fcm": settings().push_fcm_arn, "apns": settings().push_apns_arn}),
        mail_by_topic=not settings().mail_from,
        topics_of_0_2=settings().stored_form == "plain",
        tallies=Tallies(dynamodb, table),
        texts=SnsTexts(lambda: client("sns")),
        limits=ContactLimits(settings().contact_changes_a_day, settings().sms_per_number_a_day, settings().sms_per_day),
    )


def call_counts() -> CallCounts:
    """Return the counter of each caller's calls."""
    return CallCounts(lambda: client("dynamodb"), settings().table_name)


@lru_cache(maxsize=1)
def switches() -> Switches:
    """Return the operator's switches."""
    return Switches(lambda: client("ssm"), settings().switches_prefix)


@lru_cache(maxsize=1)
def verification() -> Verification:
    """Return the check of the table."""
    from chalicelib.service.verification.run import Verification  # noqa: PLC0415 - only the nightly check pays for it
    from chalicelib.store.scanning import Scanning  # noqa: PLC0415 - as above

    s = settings()
    return Verification(Scanning(lambda: client("dynamodb"), s.table_name), published(), s.deadline_shards)


@lru_cache(maxsize=1)
def progress() -> ProgressKept:
    """Return how far the check of the table has come."""
    from chalicelib.store.progress import ProgressKept  # noqa: PLC0415 - as above

    return ProgressKept(lambda: client("dynamodb"), settings().table_name)


@lru_cache(maxsize=1)
def storage() -> Storage:
    """Return this process's uploads and files."""
    from chalicelib.service.uploads import Storage  # noqa: PLC0415 - only who handles files pays for it
    from chalicelib.store.files import Files  # noqa: PLC0415 - as above
    from chalicelib.store.uploads import Uploads  # noqa: PLC0415 - as above

    uploads = Uploads(lambda: client("dynamodb"), settings().table_name)
    return Storage(uploads, Files(lambda: client("s3"), settings().files_bucket), settings().malware_scan == GUARDDUTY)


@lru_cache(maxsize=1)
def webhooks() -> Desk:
    """Return this process's webhook endpoints and their deliveries."""
    from chalicelib.notify.webhooks.posting import SystemResolver  # noqa: PLC0415 - only who handles webhooks pays for it
    from chalicelib.notify.webhooks.queue import SqsDeliveries  # noqa: PLC0415 - as above
    from chalicelib.service.webhooks import Desk  # noqa: PLC0415 - as above
    from chalicelib.store.webhooks import Webhooks  # noqa: PLC0415 - as above

    s = settings()
    return Desk(
        store=Webhooks(lambda: client("dynamodb"), s.table_name, s.deadline_shards),
        queue=SqsDeliveries(lambda: client("sqs"), s.webhook_queue_url),
        resolver=SystemResolver(),
        loopback=s.webhooks_to_loopback,
    )


@lru_cache(maxsize=1)
def delivering() -> Delivering:
    """Return the dependencies of delivering webhooks."""
    from chalicelib.notify.webhooks.delivering import Delivering  # noqa: PLC0415 - as above
    from chalicelib.notify.webhooks.posting import Poster  # noqa: PLC0415 - as above

    desk, topic = webhooks(), settings().operators_topic_arn

    def tell_operators(subject: str, text: str) -> None:
        client("sns").publish(TopicArn=topic, Subject=subject, Message=text)

    return Delivering(desk, Poster(desk.resolver, desk.loopback), _clock(), tell_operators)


@lru_cache(maxsize=1)
def message_queue() -> MessageQueue:
    """Return the queue of messages that leave later. A sweep that finds none loads nothing more of publishing."""
    return MessageQueue(lambda: client("dynamodb"), settings().table_name, settings().deadline_shards)


@lru_cache(maxsize=1)
def publishing() -> Dependencies:
    """Return the dependencies of publishing."""
    from chalicelib.notify.dependencies import Dependencies, Limits, Topics  # noqa: PLC0415 - the API sends no messages
    from chalicelib.notify.sqs import KeptDeadLetters, SqsDeadLetters  # noqa: PLC0415
    from chalicelib.store.orders import Orders  # noqa: PLC0415
    from chalicelib.store.sent import Sent  # noqa: PLC0415
    from chalicelib.store.undelivered import UndeliveredMessages  # noqa: PLC0415

    def dynamodb() -> object:
        return client("dynamodb")

    s = settings()
    return Dependencies(
        sender=_sender(s.mail_from),
        sent=Sent(dynamodb, s.table_name),
        people=People(dynamodb, s.table_name),
        orders=Orders(dynamodb, s.table_name),
        threads=Messages(dynamodb, s.table_name),
        queue=message_queue(),
        tallies=Tallies(dynamodb, s.table_name),
        undelivered=KeptDeadLetters(
            SqsDeadLetters(lambda: client("sqs"), s.undelivered_queue_url),
            UndeliveredMessages(dynamodb, s.table_name),
            _clock(),
        ),
        policies=published(),
        clock=_clock(),
        topics=Topics(events=s.events_topic_arn, payments=s.payments_topic_arn, mediators=s.mediators_topic_arn),
        link_base=s.app_link_base,
        limits=Limits(s.sms_per_recipient_a_day, s.sms_per_day, s.news_per_recipient_an_hour, s.sms_per_number_a_day),
        mail_by_topic=not s.mail_from,
        webhooks=webhooks(),
        switches=switches(),
        at_once=PUBLISHED_AT_ONCE,
    )


@lru_cache(maxsize=1)
def statistics() -> Statistics:
    """Return the counters of the statistics."""
    from chalicelib.store.statistics import Statistics  # noqa: PLC0415 - only who counts or looks at counts pays for it

    return Statistics(lambda: client("dynamodb"), settings().table_name, time.time)


@lru_cache(maxsize=1)
def counting() -> Counting:
    """Return the dependencies of counting cases in the statistics."""
    from chalicelib.service.counting import Counting  # noqa: PLC0415 - as above
    from chalicelib.store.orders import Orders  # noqa: PLC0415 - as above

    it = services()
    return Counting(statistics(), it.cases, Orders(lambda: client("dynamodb"), settings().table_name), it.pause)


def operating(over: Services) -> Operating:
    """Return what operators look at, over the services of a call."""
    from chalicelib.service.operations import Operating  # noqa: PLC0415 - only operators' requests pay for it
    from chalicelib.store.undelivered import UndeliveredMessages  # noqa: PLC0415 - as above
    from chalicelib.store.watching import Watching, named_values  # noqa: PLC0415 - as above

    s = settings()
    queues, functions = named_values(s.watched_queues), named_values(s.watched_functions)
    return Operating(
        services=over,
        watching=Watching(lambda: client("sqs"), lambda: client("cloudwatch"), queues, functions),
        undelivered=UndeliveredMessages(lambda: client("dynamodb"), s.table_name, over.epoch),
        queue=message_queue(),
        progress=progress(),
        switches=switches(),
        shards=s.deadline_shards,
        sms_per_day=s.sms_per_day,
    )


def _sender(mail_from: str) -> Sender:
    """Return the sender: SNS topics and, if the deployment names a sender's address, SES for mail."""
    from chalicelib.notify.sns import SnsSender  # noqa: PLC0415 - the API sends no messages

    topics = SnsSender(lambda: client("sns"))
    if not mail_from:
        return topics
    from chalicelib.notify.ses import MailOrTopicSender, SesMailer  # noqa: PLC0415 - a deployment that mails through topics has none

    return MailOrTopicSender(topics, SesMailer(lambda: client("sesv2"), mail_from))


def _clock() -> Clock:
    return sandbox_clock() if settings().sandbox else SystemClock()


def sandbox_clock() -> SandboxClock:
    """Return the clock that can be moved. Raises ``PermissionError`` if the stage is not a sandbox."""
    if not settings().sandbox:
        msg = "the clock moves only in a sandbox"
        raise PermissionError(msg)
    from chalicelib.service.sandbox import SandboxClock  # noqa: PLC0415 - never imported in production

    return SandboxClock(lambda: client("dynamodb"), settings().table_name)
