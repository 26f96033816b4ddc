import pytest

from bench import processes
from tests.bench import forked


@pytest.fixture
def quick_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots that run as they are start without their imports."""
    monkeypatch.setattr(processes, "begin", forked.begin)
