import json
import os
import stat
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from portail_local.errors import LocalError
from portail_local.state import Options, Run, Stamps, Started, State, digest_of


@pytest.fixture
def state(tmp_path: Path) -> State:
    folder = State(tmp_path / "state")
    folder.folder.mkdir()
    return folder


@pytest.fixture
def ourselves() -> Started:
    return Started("test", os.getpid(), psutil.Process().create_time())


class TestStarted:
    def test_finds_the_process(self, ourselves: Started) -> None:
        found = ourselves.find()
        assert found is not None
        assert found.pid == os.getpid()

    def test_a_reused_pid_is_another_process(self, ourselves: Started) -> None:
        assert replace(ourselves, create_time=ourselves.create_time - 60).find() is None


class TestSecrets:
    def test_drawn_once_and_readable_by_the_owner_only(self, state: State) -> None:
        drawn = state.secrets()
        assert state.secrets() == drawn
        assert stat.S_IMODE((state.folder / "secrets.json").stat().st_mode) == 0o600

    def test_differ_between_systems(self, state: State, tmp_path: Path) -> None:
        other = State(tmp_path)
        assert other.secrets().postgres != state.secrets().postgres

    def test_each_process_has_a_key_of_its_own(self, state: State) -> None:
        keys = state.secrets().keys
        assert len(set(keys.values())) == len(keys) == 4

    def test_a_process_that_now_needs_a_key_is_given_one(self, state: State) -> None:
        drawn = state.secrets()
        path = state.folder / "secrets.json"
        path.write_text(json.dumps(asdict(drawn) | {"keys": {"web": drawn.keys["web"]}}))
        keys = state.secrets().keys
        assert (keys.keys(), keys["web"]) == (drawn.keys.keys(), drawn.keys["web"])
        assert state.secrets().keys == keys


class TestRun:
    def test_is_read_as_written(self, state: State, ourselves: Started) -> None:
        run = Run(Options(port=9000, at="now", replicas={"planning": 3}), ourselves, (ourselves,), ready=True)
        state.write_run(run)
        assert state.read_run() == run

    def test_forgotten(self, state: State, ourselves: Started) -> None:
        state.write_run(Run(Options(), ourselves))
        state.forget_run()
        assert state.read_run() is None


def test_two_supervisors_cannot_hold_one_state(state: State) -> None:
    with state.lock(), pytest.raises(LocalError, match="tourne déjà"), State(state.folder).lock():
        pass
    with state.lock():
        pass


class TestStamps:
    def test_current_only_for_the_same_sources_and_step(self, tmp_path: Path) -> None:
        stamps = Stamps(tmp_path)
        stamps.set("migrated", "one")
        assert stamps.is_current("migrated", "one")
        assert not stamps.is_current("migrated", "two")
        assert not stamps.is_current("demo", "one")


class TestDigest:
    def test_follows_content_and_names(self, tmp_path: Path) -> None:
        file = tmp_path / "a.css"
        file.write_text("a")
        first = digest_of(tmp_path)
        file.write_text("b")
        second = digest_of(tmp_path)
        file.rename(tmp_path / "b.css")
        assert len({first, second, digest_of(tmp_path)}) == 3

    def test_not_what_a_build_leaves(self, tmp_path: Path) -> None:
        before = digest_of(tmp_path)
        (tmp_path / "node_modules").mkdir()
        (tmp_path / "node_modules" / "x.js").write_text("x")
        assert digest_of(tmp_path) == before
