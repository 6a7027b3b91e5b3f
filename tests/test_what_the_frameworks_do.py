"""What the design leans on in other people's software, one behaviour a test.

A test that fails here after an upgrade says which reason of ours is gone, not that we are wrong.
"""

import os
import warnings
from datetime import datetime
from io import BytesIO
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest
from matplotlib import path as mpath
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure

HANOI = "Asia/Ho_Chi_Minh"
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2010-01", fmt="%Y-%m", timezone=HANOI)


# ---- Dagster


def test_dagster_names_a_monthly_partition_like_a_month() -> None:
    assert list(MONTHS.get_partition_keys())[:2] == ["2010-01", "2010-02"]


def test_dagster_ends_a_month_by_the_clock_of_its_zone() -> None:
    in_utc = dg.MonthlyPartitionsDefinition(start_date="2010-01", fmt="%Y-%m", timezone="UTC")
    # 17:00 of the 31st in UTC is midnight in Hanoi.
    midnight = datetime.fromisoformat("2026-11-01T00:00:00+07:00")
    with dg.partition_loading_context(effective_dt=midnight):
        assert MONTHS.get_last_partition_key() == "2026-10"
        assert in_utc.get_last_partition_key() == "2026-09"


def test_dagster_takes_no_month_before_the_first() -> None:
    assert not MONTHS.has_partition_key("2009-12")
    assert MONTHS.has_partition_key("2010-01")


def test_dagster_refuses_one_job_over_two_sets_of_partitions() -> None:
    """Why a sender is no partition: exports by month and sender, indices by month, fit no job."""
    by_sender = dg.MultiPartitionsDefinition(
        {"month": MONTHS, "sender": dg.StaticPartitionsDefinition(["H01", "H26"])}
    )

    @dg.asset(partitions_def=by_sender)
    def exports() -> None: ...

    @dg.asset(partitions_def=MONTHS, deps=["exports"])
    def indices() -> None: ...

    definitions = dg.Definitions(assets=[exports, indices], jobs=[dg.define_asset_job("edition")])
    with pytest.raises(dg.DagsterInvalidDefinitionError) as refused:
        definitions.resolve_job_def("edition")
    assert "must have the same partitions definitions" in str(refused.value.__cause__)


def test_dagster_runs_the_implicit_job_with_the_executor_of_the_definitions() -> None:
    @dg.asset
    def exports() -> None: ...

    def executor(**more: object) -> str:
        definitions = dg.Definitions(assets=[exports], **more)  # type: ignore[arg-type]
        return definitions.resolve_job_def("__ASSET_JOB").executor_def.name

    assert executor() == "multi_or_in_process_executor"
    assert executor(executor=dg.in_process_executor) == "in_process"


def test_dagster_believes_that_a_run_goes_on_until_it_is_told_that_it_failed() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(
            dg.job(name="edition")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.STARTED  # type: ignore[union-attr]
        instance.report_run_failed(run, "killed")
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE  # type: ignore[union-attr]


def test_dagster_raises_what_an_asset_raised_but_wraps_what_a_resource_raised() -> None:
    class Fault(Exception):
        pass

    @dg.resource
    def broken() -> None:
        raise Fault

    @dg.asset
    def of_asset() -> None:
        raise Fault

    @dg.asset(required_resource_keys={"broken"})
    def of_resource() -> None: ...

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(Fault):
            dg.materialize([of_asset], instance=instance, run_config=quiet)
        with pytest.raises(dg.DagsterResourceFunctionError) as wrapped:
            dg.materialize(
                [of_resource],
                instance=instance,
                run_config=quiet,
                resources={"broken": broken},
            )
    assert isinstance(wrapped.value.user_exception, Fault)


@pytest.mark.parametrize("is_blocking", [True, False])
def test_dagster_builds_nothing_after_a_blocking_check_that_failed(is_blocking: bool) -> None:
    """Why checks of tables that the program makes are blocking, and those of what was sent not."""
    check = dg.AssetCheckSpec("rules", asset="tallies", blocking=is_blocking)

    @dg.asset(check_specs=[check])
    def tallies() -> dg.MaterializeResult:  # type: ignore[type-arg]
        found = dg.AssetCheckResult(
            check_name="rules", passed=False, severity=dg.AssetCheckSeverity.ERROR
        )
        return dg.MaterializeResult(check_results=[found])

    @dg.asset(deps=["tallies"])
    def indices() -> None: ...

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [tallies, indices], instance=instance, run_config=quiet, raise_on_error=False
        )
    built = {event.asset_key for event in result.get_asset_materialization_events()}
    after = set() if is_blocking else {dg.AssetKey("indices")}
    assert built == {dg.AssetKey("tallies")} | after
    assert result.success is not is_blocking


def test_dagster_takes_data_of_the_same_version_for_the_same() -> None:
    """Why the digest of what an asset holds is its data version: a new run alone is no news."""
    versions = iter(["one", "one", "two"])

    @dg.asset
    def exports() -> dg.MaterializeResult:  # type: ignore[type-arg]
        return dg.MaterializeResult(data_version=dg.DataVersion(next(versions)))

    @dg.asset(deps=["exports"])
    def records() -> None: ...

    def is_fresh(instance: dg.DagsterInstance) -> bool:
        graph = dg.Definitions(assets=[exports, records]).resolve_asset_graph()
        resolver = CachingStaleStatusResolver(instance, graph, LoadingContextForTest(instance))
        return resolver.get_status(dg.AssetKey("records")) == StaleStatus.FRESH

    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([exports, records], instance=instance, run_config=quiet)
        for expected in (True, False):
            dg.materialize([exports], instance=instance, run_config=quiet)
            assert is_fresh(instance) is expected


# ---- Polars


def test_polars_fills_a_short_row_of_a_csv_silently_and_refuses_a_long_one() -> None:
    """Why fields are counted before anything is parsed."""
    short = pl.read_csv(b"a,b,c\n1,2\n3,4,5\n")
    assert short["c"].to_list() == [None, 5]
    with pytest.raises(pl.exceptions.ComputeError, match="more fields"):
        pl.read_csv(b"a,b,c\n1,2,3,4\n5,6,7\n")


def test_polars_writes_small_numbers_with_exponents() -> None:
    """Why published numbers are formatted before they are written."""
    assert pl.DataFrame({"share": [1e-7]}).write_csv() == "share\n1e-7\n"


def test_polars_reads_a_moment_only_in_the_format_named() -> None:
    moments = pl.Series(["2026-10-31T23:59:59", "31/10/2026 23:59", "2026-10-31T23:59:59.5"])
    parsed = moments.str.strptime(pl.Datetime("ms"), "%Y-%m-%dT%H:%M:%S", strict=False)
    assert parsed.to_list() == [datetime(2026, 10, 31, 23, 59, 59), None, None]


def test_polars_asks_which_of_two_the_repeated_hour_of_a_clock_change_is() -> None:
    twice = pl.Series([datetime(2011, 11, 6, 1, 9, 48)])
    with pytest.raises(pl.exceptions.ComputeError, match="ambiguous"):
        twice.dt.replace_time_zone("America/New_York")
    earlier = twice.dt.replace_time_zone("America/New_York", ambiguous="earliest")
    # Summer time is four hours behind UTC, winter time five.
    assert earlier.dt.convert_time_zone("UTC").dt.hour().to_list() == [1 + 4]


def test_sums_of_integers_do_not_depend_on_the_order_and_sums_of_floats_do() -> None:
    """Why tallies hold integers, weights in millionths."""
    weights = [0.1, 0.2, 0.3]
    assert pl.Series(weights).sum() != pl.Series(weights[::-1]).sum()
    millionths = [round(weight * 1e6) for weight in weights]
    assert pl.Series(millionths).sum() == pl.Series(millionths[::-1]).sum()


def test_polars_keeps_the_order_of_groups_only_where_it_is_told_to() -> None:
    """Why every frame is sorted before it is written."""
    frame = pl.DataFrame({"unit": [f"H{n % 97:02d}" for n in range(5000)], "count": [1] * 5000})
    kept = frame.group_by("unit", maintain_order=True).agg(pl.col("count").sum())
    assert kept["unit"].to_list() == [f"H{n:02d}" for n in range(97)]


def test_polars_puts_nulls_first_when_it_sorts() -> None:
    assert pl.Series(["b", None, "a"]).sort().to_list() == [None, "a", "b"]


def test_parquet_of_the_same_frame_is_the_same_bytes() -> None:
    frame = pl.DataFrame({"unit": ["H01", "H26"], "count": [1, 2]})
    written = []
    for _ in range(2):
        buffer = BytesIO()
        frame.write_parquet(buffer, compression="lz4")
        written.append(buffer.getvalue())
    assert written[0] == written[1]


# ---- Great Expectations


def _validated(
    expectation_name: str, frame: pl.DataFrame, **arguments: object
) -> dict[str, object]:
    """What its own pandas engine answers about one expectation."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx  # noqa: PLC0415 - seconds of import that few tests need
    import pandas as pd  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="ephemeral")
        batch = (
            context.data_sources.add_pandas(expectation_name)
            .add_dataframe_asset("rows")
            .add_batch_definition_whole_dataframe("all")
            .get_batch({"dataframe": pd.DataFrame(frame.to_dict(as_series=False))})
        )
        expectation = getattr(gx.expectations, expectation_name)(**arguments)
        result = batch.validate(expectation, result_format="COMPLETE")
    return {"success": result.success, **result.result}


def test_a_clash_of_types_leaves_great_expectations_without_a_list_of_rows() -> None:
    """Why no list is a fault of the program and not an empty list."""
    result = _validated(
        "ExpectColumnValuesToBeBetween",
        pl.DataFrame({"hours": ["1", "two"]}),
        column="hours",
        min_value=0,
    )
    assert result["success"] is False
    assert result.get("unexpected_index_list") is None


def test_a_rule_about_uniqueness_flags_both_copies() -> None:
    """Why the typing step says which copy is the latest."""
    result = _validated(
        "ExpectColumnValuesToBeUnique", pl.DataFrame({"id": ["a", "b", "a"]}), column="id"
    )
    assert result["unexpected_index_list"] == [0, 2]


def test_a_rule_about_a_set_passes_over_nulls() -> None:
    """Why every required column has a rule of its own that it is not null."""
    result = _validated(
        "ExpectColumnValuesToBeInSet",
        pl.DataFrame({"channel": ["online", None]}),
        column="channel",
        value_set=["online", "counter"],
    )
    assert result["success"] is True


def test_a_rule_about_two_columns_leaves_out_no_row_where_one_is_null_unless_told_to() -> None:
    """Why pair rules name `either_value_is_missing`: an open dossier has no end yet."""
    dossiers = pl.DataFrame({"ended": [2.0, None], "received": [1.0, 1.0]})
    arguments = {"column_A": "ended", "column_B": "received", "or_equal": True}
    name = "ExpectColumnPairValuesAToBeGreaterThanB"
    assert _validated(name, dossiers, **arguments)["unexpected_index_list"] == [1]
    told = _validated(name, dossiers, ignore_row_if="either_value_is_missing", **arguments)
    assert told["success"] is True


# ---- Matplotlib


def test_matplotlib_draws_a_dot_as_its_own_unit_circle() -> None:
    """Why charts can write a dot as a circle: the path of the marker is this very object."""
    drawn: list[object] = []

    class Canvas(RendererBase):
        def draw_path(self, *given: object) -> None:
            drawn.append(given[1])

    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.plot([0.5], [0.5], "o")
    figure.draw(Canvas())
    assert sum(path is mpath.Path.unit_circle() for path in drawn) == 1


def test_the_font_of_matplotlib_has_every_vietnamese_letter() -> None:
    from matplotlib import font_manager  # noqa: PLC0415 - it reads fonts when imported

    font = font_manager.get_font(font_manager.findfont("DejaVu Sans"))
    letters = "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
    missing = [letter for letter in letters if ord(letter) not in font.get_charmap()]
    assert missing == []


# ---- The file system


def test_a_relative_link_is_replaced_at_once_and_a_folder_is_not(tmp_path: Path) -> None:
    """Why an edition is put in force by a link."""
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
        (tmp_path / number / "page").write_text(number)
    in_force, new = tmp_path / "in force", tmp_path / "new"
    in_force.symlink_to("1")
    new.symlink_to("2")
    new.replace(in_force)
    assert (in_force / "page").read_text() == "2"
    with pytest.raises(OSError, match="not empty"):
        (tmp_path / "1").replace(tmp_path / "2")


def test_a_lock_on_a_file_goes_with_whoever_holds_it_open(tmp_path: Path) -> None:
    import fcntl  # noqa: PLC0415 - not on every system

    path = tmp_path / "lock"
    with path.open("w") as first, path.open("w") as second:
        fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        first.close()
        fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
