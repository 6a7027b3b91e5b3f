"""How an edition is shown: pages, charts and a table for the terminal.

    site            the pages of an edition, in Vietnamese and in English
    workbook        its tables as XLSX and ODS
    paper           the bulletin and the pages of units as PDF
    edition         one edition in one language: what workbook and paper are made from
    charts          its charts, as SVG and as a small PNG
    terminal        a ranking for the terminal

    leagues         the leagues of an edition: which unit has which rank and value
    comparisons     funnels, case mix, sensitivity and control charts of a league, as values
    official        scoring methods: the points of each unit, and what is missing
    highlights      the most important facts, in sentences
    delivery_states the senders' months: on time, late, corrected, refused, missing, withdrawn
    data_quality    units not ranked, missing and refused deliveries, rejected rows
    corrections     what an edition changes

    funnels         one funnel
    control_charts  one control chart
    markers         the dots, rates and arrows of the charts
    drawing         the sheet of a chart, and its way into a file
    xy_sheet        a sheet with two axes, for funnels and control charts

    language        every text in both languages (texts/), and the formats of numbers

Nothing here computes an index or a rank, and nothing touches a disk.
"""
