"""Every score that the national portal published comes out of its counts."""

import pytest

from .conftest import Row, Rows, ScoresOf

PROVINCES = "dvcqg766_provinces_2026-10-10.csv"
GROUPS = {
    "transparency": ("1_1", "1_2", "1_3", "1_4"),
    "progress": ("2_1",),
    "online": ("3_1", "3_2", "3_3"),
    "digitisation": ("4_1", "4_2", "4_2b", "4_3", "4_4", "4_5b", "4_5a"),
    "satisfaction": ("5_2", "5_3", "5_4"),
    "payment": ("3_5", "3_5b", "3_6"),
}
MAXIMA = {
    "transparency": 18,
    "progress": 20,
    "online": 12,
    "digitisation": 22,
    "satisfaction": 18,
    "payment": 10,
}


def figure(unit: str, indicator: str, numerator: int, denominator: int) -> Row:
    return {
        "unit_code": unit,
        "indicator": f"decision_766_{indicator}",
        "numerator": numerator,
        "denominator": denominator,
    }


def dossiers(unit: str, outcome: str, number: int) -> Row:
    return {
        "unit_code": unit,
        "clock": "working",
        "deadline_rule": "as_sent/instant",
        "procedure_code": "",
        "channel": "counter",
        "applicant": "citizen",
        "intake": "carried_over",
        "outcome": outcome,
        "dossiers": number,
        "saved_thousandths": 0,
        "saved_squared_millionths": 0,
    }


def petitions(unit: str, outcome: str, satisfied: str, number: int) -> Row:
    return {
        "unit_code": unit,
        "subject": "other",
        "outcome": outcome,
        "satisfied": satisfied,
        "petitions": number,
    }


def test_progress_of_18_units_from_their_dossiers(portal: Rows, scores_of: ScoresOf) -> None:
    units = portal("phutho_2026-08_progress.csv")
    cells = [
        cell
        for row in units
        for cell in (
            dossiers(row["unit_code"], "finished_early", row["on_time"]),
            dossiers(row["unit_code"], "open_overdue", row["received"] - row["on_time"]),
        )
    ]
    found = scores_of(outcomes=cells)
    assert len(units) == 18
    for row in units:
        assert found.value(row["unit_code"], "2.1") == row["score_20"], row
        assert found.row(row["unit_code"], "2.1")["denominator"] == row["received"]


def test_progress_of_18_units_from_their_figures(portal: Rows, scores_of: ScoresOf) -> None:
    units = portal("phutho_2026-08_progress.csv")
    found = scores_of(
        figures=[figure(r["unit_code"], "2_1", r["on_time"], r["received"]) for r in units]
    )
    for row in units:
        assert found.value(row["unit_code"], "2.1") == row["score_20"], row


def test_satisfaction_of_9_units_from_their_figures(portal: Rows, scores_of: ScoresOf) -> None:
    units = portal("phutho_2026-08_satisfaction.csv")
    columns = {"5_2": "pet_ontime", "5_3": "pet_satisf", "5_4": "recv"}
    found = scores_of(
        figures=[
            figure(row["unit_code"], number, row[f"{name}_num"], row[f"{name}_den"])
            for row in units
            for number, name in columns.items()
        ]
    )
    assert len(units) == 9
    for row in units:
        for number, name in columns.items():
            assert found.value(row["unit_code"], number) == row[f"{name}_score"], (row, number)
        assert found.value(row["unit_code"], "satisfaction") == row["total_18"], row


def test_petitions_of_9_units_from_the_petitions_themselves(
    portal: Rows, scores_of: ScoresOf
) -> None:
    units = portal("phutho_2026-08_satisfaction.csv")
    cells = []
    for row in units:
        on_time, satisfied = row["pet_ontime_num"], row["pet_satisf_num"]
        late = row["pet_ontime_den"] - on_time
        cells += [
            petitions(row["unit_code"], "handled_late", "yes", late),
            petitions(row["unit_code"], "handled_on_time", "no", on_time - satisfied),
            petitions(row["unit_code"], "open_not_due", "", satisfied),
        ]
    found = scores_of(petitions=cells)
    for row in units:
        assert found.value(row["unit_code"], "5.2") == row["pet_ontime_score"], row
        assert found.value(row["unit_code"], "5.3") == row["pet_satisf_score"], row


def test_payment_of_10_units_from_their_figures(portal: Rows, scores_of: ScoresOf) -> None:
    units = portal("phutho_2026-08_payment.csv")
    cells = []
    for row in units:
        unit = row["unit_code"]
        cells += [
            figure(unit, "3_6", row["paid"], row["obligation"]),
            figure(unit, "3_5", row["b_num"], row["fee_total"]),
            figure(unit, "3_5b", row["c_num"], row["fee_total"]),
        ]
    found = scores_of(figures=cells)
    assert len(units) == 10
    for row in units:
        assert found.value(row["unit_code"], "payment") == row["score_10"], row


def test_totals_and_ranks_of_34_provinces_are_sums_in_decimals(
    portal: Rows, scores_of: ScoresOf
) -> None:
    """Counts that give a group's published score: its indicators one after the other, as far as
    points go, each a number of hundredths among those that it has."""
    provinces = portal(PROVINCES)
    found = scores_of(figures=[cell for row in provinces for cell in _figures_of(row)])
    totals = {}
    for row in provinces:
        for group, maximum in MAXIMA.items():
            assert found.value(row["code"], group) == row[f"{group}_{maximum}"], (row, group)
        totals[row["code"]] = found.value(row["code"], "total")
        assert totals[row["code"]] == row["total"], row
    assert len(totals) == 34
    for row in provinces:
        better = sum(each > totals[row["code"]] for each in totals.values())
        assert 1 + better == row["rank"], row


def _figures_of(row: Row) -> list[Row]:
    points = {"1_1": 6, "1_2": 4, "1_3": 2, "1_4": 6, "2_1": 20, "3_1": 2, "3_2": 4, "3_3": 6}
    points |= {"3_5": 2, "3_5b": 2, "3_6": 6, "4_1": 6, "4_2": 4, "4_2b": 2, "4_3": 2, "4_4": 4}
    points |= {"4_5b": 2, "4_5a": 2, "5_2": 6, "5_3": 6, "5_4": 6}
    full_at = {"3_1": 80, "3_3": 50, "3_5": 80, "3_5b": 80, "4_3": 80, "5_4": 90}
    cells = []
    for group, numbers in GROUPS.items():
        left = round(100 * row[f"{group}_{MAXIMA[group]}"])
        for number in numbers:
            hundredths = min(left, 100 * points[number])
            left -= hundredths
            # hundredths / (100 x points) of the share that gives full points
            share_of_full = hundredths * full_at.get(number, 100)
            cells.append(figure(row["code"], number, share_of_full, 100 * 100 * points[number]))
        assert left == 0
    return cells


def test_binary_floats_would_get_12_of_34_totals_wrong(portal: Rows) -> None:
    provinces = portal(PROVINCES)
    wrong = [
        row
        for row in provinces
        if sum(row[f"{group}_{maximum}"] for group, maximum in MAXIMA.items()) != row["total"]
    ]
    assert len(wrong) == 12


@pytest.mark.parametrize(
    ("unit", "total"),
    # Of H44: 4.42 + 3.33 + 5.22; of an idle unit: 6 + 6 + 0.
    [("H44", 12.97), ("H44.01", 12)],
)
def test_the_numbers_of_the_portal_that_this_file_stands_for(
    scores_of: ScoresOf, unit: str, total: float
) -> None:
    counts = {
        "H44": [("5_2", 182, 247), ("5_3", 137, 247), ("5_4", 144_574, 184_513)],
        "H44.01": [("5_2", 0, 0), ("5_3", 0, 0), ("5_4", 0, 0)],
    }
    found = scores_of(figures=[figure(unit, *each) for each in counts[unit]])
    assert found.value(unit, "satisfaction") == total
