"""Everything that belongs to one installation lies in one folder."""

from pathlib import Path

import pytest

from pipeline.home import Home, HomeError


def test_a_home_that_does_not_exist_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match=r"does not exist: create it \(mkdir -p .*/nowhere/inbox\)"):
        Home.at(tmp_path / "nowhere")


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HomeError):
        Home.at(tmp_path / "file")


def test_a_home_is_absolute_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.at(".").root == tmp_path.resolve()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.at("~").root == tmp_path.resolve()


def test_all_places_lie_in_the_home_and_no_two_are_the_same(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    places = [
        *(home.inbox, home.profiles, home.agencies, home.methods, home.archive, home.store),
        *(home.published, home.warehouse_file, home.dagster, home.lock, home.simulation),
        home.truth,
    ]
    assert all(place.parent == home.root for place in places)
    assert len(set(places)) == len(places)


def test_looking_at_a_home_makes_nothing(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert not home.is_simulated
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_a_simulation_filled_says_so(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    home.simulation.write_text("{}")
    assert home.is_simulated
