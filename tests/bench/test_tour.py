"""`make tour`: the document and its pictures belong together, and what is lacking has a cure."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bench import tour

FIRST = tour.STOPS[1]
PAGE = "<!DOCTYPE html><title>T</title><div style='height:3000px;background:{}'></div>"

needs_browser = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="no browser: install Debian's chromium and chromium-driver",
)


def write_page(month: Path, stop: tour.Stop, colour: str = "#abc") -> None:
    (month / stop.path).parent.mkdir(parents=True, exist_ok=True)
    (month / stop.path).write_text(PAGE.format(colour), encoding="utf-8")


def test_the_pictures_in_the_project_are_those_of_the_tour_and_small() -> None:
    text = tour.DOCUMENT.read_text(encoding="utf-8")
    pictures = sorted(tour.PICTURES.glob("*.png"))
    assert len(pictures) >= 8
    assert sum(path.stat().st_size for path in pictures) < tour.MOST_BYTES
    told = [stop for stop in tour.STOPS if tour.PICTURES / f"{stop.name}.png" in pictures]
    assert len(told) == len(pictures)
    assert text == tour.write_document(told)


def test_the_tour_says_that_its_data_are_simulated() -> None:
    text = tour.write_document(tour.STOPS)
    assert "**simulated**" in text
    assert text.count(", with simulated data](tour/") == len(tour.STOPS)


def test_without_a_browser_the_cure_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_page(tmp_path, FIRST)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(tour.TourError, match="make browser"):
        tour.make_tour(tmp_path, tmp_path / "tour.md", tmp_path / "tour")
    assert not (tmp_path / "tour.md").exists()


def test_without_published_pages_the_cure_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(tour.TourError, match="make run"):
        tour.make_tour(tmp_path, tmp_path / "tour.md", tmp_path / "tour")
    assert tour.main([str(tmp_path)]) == 1
    assert "run `make run` first" in capsys.readouterr().err


@needs_browser
def test_a_tour_has_the_pages_that_there_are_and_no_picture_of_an_earlier_one(
    tmp_path: Path,
) -> None:
    editions, pictures = tmp_path / "published" / "editions" / "1", tmp_path / "tour"
    write_page(editions, FIRST, "#aabbcc")
    months = tmp_path / "published" / "en" / "index.html"
    months.parent.mkdir(parents=True)
    months.write_text(PAGE.format("#112233"), encoding="utf-8")
    month = tmp_path / "published" / "2026-10"
    month.symlink_to("editions/1")
    pictures.mkdir()
    (pictures / "old.png").write_bytes(b"")
    stops = tour.make_tour(month, tmp_path / "tour.md", pictures)
    assert [stop.name for stop in stops] == ["months", FIRST.name]
    assert {path.name for path in pictures.iterdir()} == {"months.png", f"{FIRST.name}.png"}
    assert (tmp_path / "tour.md").read_text(encoding="utf-8") == tour.write_document(stops)
    for name, colour in (("months", (0x11, 0x22, 0x33)), (FIRST.name, (0xAA, 0xBB, 0xCC))):
        picture = Image.open(BytesIO((pictures / f"{name}.png").read_bytes())).convert("RGB")
        assert picture.size == FIRST.size
        assert picture.getpixel((500, 500)) == colour


@needs_browser
def test_pictures_that_are_too_large_are_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_page(tmp_path, FIRST)
    monkeypatch.setattr(tour, "MOST_BYTES", 100)
    with pytest.raises(tour.TourError, match="more than 100"):
        tour.make_tour(tmp_path, tmp_path / "tour.md", tmp_path / "tour")
    assert not (tmp_path / "tour").exists()
