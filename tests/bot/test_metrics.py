"""What is counted is there before it happens for the first time."""

from bot.metrics import Metrics


def test_what_may_go_wrong_is_told_as_0_before_it_does() -> None:
    """Prometheus sees a rise only between two numbers: the first of it would be missed."""
    metrics = Metrics()
    metrics.expect(["slack"])
    told = metrics.exposition().decode().splitlines()

    assert 'interact_puts_refused_total{kind="slack"} 0.0' in told
    assert 'interact_deliveries_total{kind="slack",outcome="unrecorded"} 0.0' in told
    assert 'interact_deliveries_total{kind="slack",outcome="fenced"} 0.0' in told
    assert 'interact_http_refused_total{reason="slow"} 0.0' in told


def test_what_is_expected_again_stays_as_it_is() -> None:
    metrics = Metrics()
    metrics.puts_refused.labels("slack").inc()
    metrics.expect(["slack"])

    assert b'interact_puts_refused_total{kind="slack"} 1.0' in metrics.exposition()
