"""Names of categories: who applied, how, by which procedure, in which unit.

Here belongs what a category of pipeline.tables.comparisons is called on a page. Not here: the
counts of a category, or where it stands on a page (site.unit_changes, site.unit_breakdowns).
"""

from dataclasses import dataclass

from pipeline.tables.comparisons import FIGURES, NOT_SENT, REST
from reports.language import Language, load_texts


@dataclass(frozen=True)
class CategoryName:
    """A category on a page: its words, and its code where it is a procedure or a unit."""

    text: str
    procedure: str = ""
    unit: str = ""


def name_category(
    language: Language, by: str, category: str, unit: str = "", unit_name: str = ""
) -> CategoryName:
    """The name of a category by applicant, channel, procedure or unit.

    By unit, `unit` is the code of the unit that is split, `unit_name` the name of the category.
    """
    if category == FIGURES:
        return CategoryName(language.text("category.figures"))
    if by == "procedure":
        return _name_procedure(language, category)
    if by == "unit":
        if category == unit:
            return CategoryName(language.text("category.itself"))
        return CategoryName(unit_name, unit=category)
    key = f"{by}.{category}"
    return CategoryName(language.text(key) if key in load_texts() else category)


def _name_procedure(language: Language, code: str) -> CategoryName:
    if code == REST:
        return CategoryName(language.text("category.rest"))
    if code == NOT_SENT:
        return CategoryName(language.text("category.not_sent"))
    return CategoryName(language.text("category.procedure", code=code), procedure=code)
