"""What is counted and timed, for Prometheus: https://prometheus.io/docs/practices/naming/."""

from collections.abc import Iterable
from functools import cache
from typing import TypedDict, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.receiving import Reason

_ACK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_JOB = (0.01, 0.1, 1, 10, 60, 600)
_REPLY = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_OUTCOMES = ("done", "retried", "dead", "fenced", "unrecorded")


class _Options(TypedDict):
    registry: CollectorRegistry
    namespace: str


class Metrics:
    """One registry, made by `bot/app.py` and passed to whoever counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        on: _Options = {"registry": self._registry, "namespace": "interact"}
        self.deliveries = Counter("deliveries", "Deliveries by kind and outcome.", ("kind", "outcome"), **on)
        self.ack_seconds = Histogram("ack_seconds", "From a request's arrival to its acknowledgement.", buckets=_ACK, **on)
        self.reply_seconds = Histogram("reply_seconds", "From a delivery's arrival to its reply.", buckets=_REPLY, **on)
        self.retries = Counter("retries", "Deliveries put back to be tried again.", **on)
        self.dead_letters = Counter("dead_letters", "Deliveries given up.", **on)
        self.provider_seconds = Histogram("provider_seconds", "Calls to services.", ("service", "outcome"), **on)
        self.queue_depth = Gauge("queue_depth", "Deliveries in the inbox by state.", ("state",), **on)
        self.connections = Gauge("connections", "Accounts that people have connected.", ("service", "state"), **on)
        self.puts_refused = Counter("puts_refused", "Deliveries turned away, as they could not be stored.", ("kind",), **on)
        self.oldest_waiting = Gauge("oldest_waiting_seconds", "For how long the oldest delivery that could run waits.", **on)
        self.takeovers = Counter("takeovers", "Deliveries taken over from processes that gave no sign of life.", **on)
        self.database_up = Gauge("database_up", "1 while the inbox can be written, 0 while it can't.", **on)
        self.http_connections = Gauge("http_connections", "Connections of clients that are open.", **on)
        self.http_refused = Counter("http_refused", "Clients sent away, by reason.", ("reason",), **on)
        self.breaker_open = Gauge("breaker_open", "1 where a service keeps failing and is left alone.", ("service",), **on)
        self.job_interval = Gauge("job_interval_seconds", "How often a job is to be done.", ("name",), **on)
        self.job_success = Gauge(
            "job_success_timestamp_seconds", "When a job last succeeded here, or this process began.", ("name",), **on
        )
        self.job_seconds = Histogram("job_seconds", "How long jobs take.", ("name", "outcome"), buckets=_JOB, **on)

        self._provider = cache(self.provider_seconds.labels)  # by itself it looks them up under a lock, as texts
        self._delivery = cache(self.deliveries.labels)

    def expect(self, kinds: Iterable[str]) -> None:
        """What may come to be counted, of deliveries of these kinds, is told as 0 from now on: a first rise would be missed.

        See https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics.
        """
        for reason in get_args(Reason):
            self.http_refused.labels(reason)
        for kind in kinds:
            self.puts_refused.labels(kind)
            for outcome in _OUTCOMES:
                self.deliveries.labels(kind, outcome)

    def observe_provider(self, service: str, outcome: int | str, seconds: float) -> None:
        self._provider(service, outcome).observe(seconds)

    def count_delivery(self, kind: str, outcome: str) -> None:
        self._delivery(kind, outcome).inc()

    def refuse(self, reason: str) -> None:
        """A client was sent away."""
        self.http_refused.labels(reason).inc()

    def exposition(self) -> bytes:
        """The text that `/metrics` answers."""
        return generate_latest(self._registry)
