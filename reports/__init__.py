"""How an edition is shown: pages, charts and a table for the terminal.

    bulletin   the pages of an edition, in Vietnamese and in English
    charts     its charts, as SVG and as a small PNG
    terminal   a ranking for the terminal

    leagues    who stands where, read from an edition's frames
    official   the methods of points beside: who has how many, what is missing
    standouts  what stands out, in sentences
    gaps       who is not ranked, what was not sent, what was set aside
    marks      the dots, rates and arrows of the charts
    drawing    the sheet that all charts are drawn on
    words      every text in both languages, and how numbers are written

Nothing here computes an index or a rank, and nothing touches a disk.
"""
