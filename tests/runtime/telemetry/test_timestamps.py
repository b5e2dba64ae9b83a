from llmspell.telemetry.timestamps import log_time, rfc3339

MOMENT_NS = 1_738_324_800_123_456_789


def test_rfc3339_is_utc_with_microseconds() -> None:
    assert rfc3339(MOMENT_NS) == "2025-01-31T12:00:00.123456Z"


def test_log_time_is_utc_with_milliseconds() -> None:
    assert log_time(MOMENT_NS) == "2025-01-31 12:00:00.123"


def test_leading_zeros_of_the_fraction_stay() -> None:
    assert rfc3339(1_000_002_000).endswith("01.000002Z")
