"""Serve the outbox: subscribe to every topic that the deployment publishes to, and show what people received.

MiniStack accepts subscriptions of e-mail, SMS and devices but delivers to none. So this subscribes to each topic by http
too, and finds out from the topic's subscriptions who would have been reached. What goes straight to a phone or a device
comes by a topic of the engine's own (`localcloud/engine.py`).
"""

import json
import logging
import queue
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.aws import Client
from localcloud.layout import command_line
from localcloud.loopback import NOT_UNDERSTOOD, NOTHING_HERE, Answer, LoopbackServer
from localcloud.outbox.messages import Messages, Wanted, as_json
from localcloud.outbox.page import SCRIPT, STYLE, Outline, app_page, machines_page, page
from localcloud.outbox.parts import opens, reader
from localcloud.outbox.subscriptions import AddressBook

log = logging.getLogger(__name__)
POLL = 0.2  # seconds between looks for new topics: below the time from a topic's creation to its first message


class Outbox:
    """Serves the page on loopback from threads of this process until `stop`."""

    def __init__(self, sns: Client, topic_prefix: str, person_prefix: str, port: int, command: str = command_line()) -> None:
        """Start serving, and follow every topic whose name begins with `topic_prefix`.

        `command` is what the page's commands for a person to paste begin with.
        """
        self._command = command
        self.messages = Messages(person_prefix)
        self._run = uuid.uuid4().hex
        self._door = f"/sns/{secrets.token_urlsafe()}"  # any web page may post to this machine, but none knows this path
        self._sns = sns
        self._topic_prefix = topic_prefix
        self._addresses = AddressBook(sns)
        self._asked: set[str] = set()
        self._confirmed: set[str] = set()
        self._stopped = threading.Event()
        self._arrived: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._server = LoopbackServer(port, self._show, self._take)
        self.url = self._server.url
        self._workers = [
            threading.Thread(target=work, name=f"outbox-{work.__name__}", daemon=True)
            for work in (self._follow_topics, self._sort)
        ]
        for worker in self._workers:
            worker.start()

    def listens_to(self, topics: list[str], patience: float = 10.0) -> bool:
        """Wait until this is subscribed to all these topics (ARNs); return False if that takes too long."""
        deadline = time.monotonic() + patience
        while not self._confirmed.issuperset(topics):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def outline(self) -> Outline:
        """Return everyone who has a topic or got a message, such as `seller:acme`, and how much has arrived."""
        # The number is read first: a message that comes in meanwhile is then fetched once more, rather than missed.
        arrived = self.messages.arrived
        owners = {self.messages.person_of(topic.rsplit(":", 1)[-1]) for topic in tuple(self._asked)} - {""}
        people = dict.fromkeys(sorted(owners), 0)
        entries = self.messages.to_people()
        people |= {entry.person: entry.number for entry in entries}
        orders = sorted({entry.attributes["order_id"] for entry in entries if "order_id" in entry.attributes})
        return Outline(self._run, arrived + len(owners), people, orders, self._command)

    def _show(self, address: str) -> Answer:
        url = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        wanted = Wanted(asked.get("person", ""), asked.get("channel", ""), asked.get("order", "").strip())
        answers: dict[str, Callable[[], Answer]] = {
            "": lambda: Answer(page(self.outline(), wanted, self.messages.to_people(wanted)), "text/html"),
            "systems": lambda: Answer(machines_page(self.outline(), self.messages.to_machines()), "text/html"),
            "orders": lambda: Answer(self._opened(url.path), "text/html"),
            "disputes": lambda: Answer(self._opened(url.path), "text/html"),
            "messages.json": lambda: Answer(json.dumps(as_json(self.messages.to_people(wanted)), indent=1)),
            "systems.json": lambda: Answer(json.dumps(as_json(self.messages.to_machines()), indent=1)),
            "arrived.json": lambda: Answer(json.dumps(self.outline().news)),
            "outbox.css": lambda: Answer(STYLE, "text/css"),
            "outbox.js": lambda: Answer(SCRIPT, "text/javascript"),
        }
        return answers.get(url.path.split("/")[1], lambda: NOTHING_HERE)()

    def _opened(self, path: str) -> str:
        """Return the page that a message's link opens, for those who were sent the link."""
        told = [entry for entry in (*self.messages.to_people(), *self.messages.to_machines()) if opens(entry) == path]
        return app_page(self.outline(), path, list(dict.fromkeys(reader(entry) for entry in told)))

    def _take(self, address: str, body: bytes) -> Answer:
        """Accept an SNS delivery at once, and record it later: MiniStack waits five seconds and tries once."""
        if address != self._door:
            return NOTHING_HERE
        try:
            delivery = json.loads(body)
        except (ValueError, RecursionError):
            return NOT_UNDERSTOOD
        if not isinstance(delivery, dict) or not {"Type", "TopicArn"} <= delivery.keys():
            return NOT_UNDERSTOOD
        self._arrived.put(delivery)
        return Answer("{}")

    def _sort(self) -> None:
        while (delivery := self._arrived.get()) is not None:
            try:
                self._sort_one(delivery)
            except Exception as error:  # noqa: BLE001 - after any error the next one is to be shown
                if not self._stopped.is_set():
                    log.warning("the outbox could not take a message: %r", error)

    def _sort_one(self, delivery: dict[str, Any]) -> None:
        topic = delivery["TopicArn"]
        if delivery["Type"] == "SubscriptionConfirmation":
            self._sns.confirm_subscription(TopicArn=topic, Token=delivery["Token"])
            self._confirmed.add(topic)
        elif delivery["Type"] == "Notification":
            self.messages.take(delivery, self._addresses.people_at(topic))

    def _follow_topics(self) -> None:
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                for listing in self._sns.get_paginator("list_topics").paginate():
                    for item in listing["Topics"]:
                        self._subscribe(item["TopicArn"])
            except (BotoCoreError, ClientError) as error:
                if not self._stopped.is_set():
                    log.warning("the outbox could not look for topics: %s", error)
            # Looking takes at most a third of the time, so that thousands of topics do not slow the marketplace.
            self._stopped.wait(max(POLL, 2 * (time.monotonic() - began)))

    def _subscribe(self, topic: str) -> None:
        ours = topic.rsplit(":", 1)[-1].startswith(self._topic_prefix)
        if ours and topic not in self._asked:
            self._sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{self.url}{self._door}")
            self._asked.add(topic)

    def stop(self) -> None:
        """Stop following topics, stop serving and free the port."""
        self._stopped.set()
        self._arrived.put(None)
        for worker in self._workers:
            worker.join(5)
        self._server.stop()
