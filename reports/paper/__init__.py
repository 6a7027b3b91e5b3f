"""The edition on paper, in one language: PDF, tagged for readers (PDF/UA-1), typeset by Typst.

    bulletin      what the bulletin of at most eight pages says
    unit_pages    one page for each unit of a featured league
    typesetting   a template and values become a PDF

The templates are *.typ beside this file. Not here: charts (reports.charts), where the files lie and
which there are (reports.site.downloads).
"""

from reports.paper.bulletin import make_bulletin
from reports.paper.typesetting import SvgPicture
from reports.paper.unit_pages import UnitSheet, make_unit_pages

__all__ = ["SvgPicture", "UnitSheet", "make_bulletin", "make_unit_pages"]
