"""A suite saved as JSON is read by Great Expectations alone, and run over a Polars frame by one of
its checkpoints.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import great_expectations as gx
import polars as pl
import pytest
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from expectations.engine import datasource, phrases, runner
from expectations.suites import build_suites, write_suites, write_suites_of_month
from pipeline import methods

MONTH = "2026-10"
FRAME = pl.DataFrame({"number": [1, 2, 3, None], "word": ["a", "b", None, "c"]})

READS_ALONE = """
import json, pathlib, sys
import great_expectations as gx
context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
for path in pathlib.Path(sys.argv[2]).glob("*.json"):
    text = json.loads(path.read_text(encoding="utf-8"))
    added = context.suites.add(gx.ExpectationSuite(**text))
    print(json.dumps({"name": added.name, "expectations": len(added.expectations)}))
assert not [name for name in sys.modules if name.split(".")[0] in ("expectations", "pipeline")]
"""

RUNS_A_CHECKPOINT = """
import json, sys
import great_expectations as gx
import polars as pl
import expectations.engine.datasource
context = gx.get_context(mode="file", project_root_dir=sys.argv[1])
source = context.data_sources.add_polars("frames")
batch = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
definition = context.validation_definitions.add(
    gx.ValidationDefinition(name="rows", data=batch, suite=context.suites.get("tried"))
)
checkpoint = context.checkpoints.add(
    gx.Checkpoint(name="month", validation_definitions=[definition],
        result_format={"result_format": "COMPLETE"})
)
frame = pl.DataFrame({"number": [1, 2, 3, None], "word": ["a", "b", None, "c"]})
(result,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
for one in result.results:
    print(json.dumps({"rule": one.expectation_config.meta["rule"],
        "rows": one.result["unexpected_index_list"]}))
"""


def run_apart(code: str, *arguments: str | Path) -> list[dict[str, Any]]:
    """What a fresh process prints, which has nothing of ours beside it."""
    process = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "GX_ANALYTICS_ENABLED": "false"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]


def test_every_suite_is_read_by_the_library_alone(tmp_path: Path) -> None:
    suites = build_suites(MONTH, methods.load_all())
    saved = tmp_path / "saved"
    saved.mkdir()
    for name, text in write_suites(suites).items():
        (saved / f"{name}.json").write_text(text, encoding="utf-8")

    read = run_apart(READS_ALONE, tmp_path / "context", saved)

    assert {one["name"]: one["expectations"] for one in read} == {
        name: len(suite.expectations) for name, suite in suites.items()
    }


def test_the_suites_of_a_month_are_written_as_they_are_built_again_and_again() -> None:
    known = methods.load_all()
    for month in (MONTH, "2024-02", MONTH):
        assert write_suites_of_month(month, known.at(month)) == write_suites(
            build_suites(month, known.at(month))
        )


def test_all_rules_are_standard_expectations() -> None:
    suites = build_suites(MONTH, methods.load_all())

    assert {
        type(expectation).__module__.partition(".")[0]
        for suite in suites.values()
        for expectation in suite.expectations
    } == {"great_expectations"}


def test_a_suite_read_from_json_finds_the_same_rows() -> None:
    expected, frame = build_tried_suite(), FRAME
    read = gx.ExpectationSuite(**json.loads(write_suites({"tried": expected})["tried"]))

    assert runner.find_unexpected_rows(read, frame).rows() == [(0, "at_least_2"), (1, "is_a")]


def build_tried_suite() -> gx.ExpectationSuite:
    return phrases.build_suite(
        "tried",
        [
            phrases.expect_between("at_least_2", "number", 2),
            phrases.expect_in_set("is_a", "word", ["a"], phrases.where_not_null("number")),
        ],
    )


@pytest.mark.slow
def test_what_one_process_saved_a_checkpoint_of_another_runs(tmp_path: Path) -> None:
    saved, context = tmp_path / "saved", tmp_path / "context"
    saved.mkdir()
    text = write_suites({"tried": build_tried_suite()})["tried"]
    (saved / "tried.json").write_text(text, encoding="utf-8")
    run_apart(READS_ALONE, context, saved)

    assert run_apart(RUNS_A_CHECKPOINT, context) == [
        {"rule": "at_least_2", "rows": [0]},
        {"rule": "is_a", "rows": [1]},
    ]


@pytest.mark.parametrize("frame", [FRAME, FRAME.lazy()], ids=["eager", "lazy"])
def test_a_checkpoint_runs_a_saved_suite_over_a_polars_frame(
    frame: pl.DataFrame | pl.LazyFrame, tmp_path: Path
) -> None:
    context = gx.get_context(mode="file", project_root_dir=tmp_path)
    text = write_suites({"tried": build_tried_suite()})["tried"]
    suite = context.suites.add(gx.ExpectationSuite(**json.loads(text)))
    source = context.data_sources.add_polars("frames")  # type: ignore[attr-defined] # registered
    batch = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="rows_of_a_month", data=batch, suite=suite)
    )
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name="month",
            validation_definitions=[definition],
            result_format={"result_format": "COMPLETE"},
        )
    )

    (result,) = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()

    assert [one.result["unexpected_index_list"] for one in result.results] == [[0], [1]]
    assert [one.expectation_config.meta["rule"] for one in result.results] == [
        *("at_least_2", "is_a")
    ]
    assert isinstance(source, datasource.PolarsDatasource)


def test_a_batch_is_a_frame_of_polars_and_nothing_else() -> None:
    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_polars("others")  # type: ignore[attr-defined] # registered
    asset = source.add_dataframe_asset("rows")

    with pytest.raises(BuildBatchRequestError, match="hand over one frame of Polars"):
        asset.build_batch_request({"dataframe": FRAME.to_dict()})
