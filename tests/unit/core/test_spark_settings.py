"""What Spark is told when crampstats starts it; no Spark is needed."""

import pytest

from crampstats.core.engines import EngineOptions, _spark_settings
from crampstats.core.errors import OptionError


@pytest.fixture(autouse=True)
def no_server(monkeypatch):
    monkeypatch.delenv("SPARK_REMOTE", raising=False)


def test_memory_and_threads_become_settings_of_spark():
    settings = _spark_settings(EngineOptions(memory="2 GB", threads=3))
    assert settings["spark.driver.memory"] == "2g"
    assert settings["spark.master"] == "local[3]"


def test_a_cluster_keeps_its_master_and_memory_where_none_is_asked_for():
    assert set(_spark_settings(EngineOptions())) == {"spark.ui.enabled", "spark.ui.showConsoleProgress"}


def test_a_spark_connect_server_is_told_nothing(monkeypatch):
    monkeypatch.setenv("SPARK_REMOTE", "sc://spark.example.org:15002")
    assert _spark_settings(EngineOptions()) == {}


def test_memory_of_a_spark_connect_server_is_not_ours_to_set(monkeypatch):
    monkeypatch.setenv("SPARK_REMOTE", "sc://spark.example.org:15002;token=secret")
    with pytest.raises(OptionError, match="set where the Spark Connect server") as refused:
        _spark_settings(EngineOptions(memory="2GB"))
    assert "secret" not in str(refused.value)
