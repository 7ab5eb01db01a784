"""Makes the two workbooks beside it, with openpyxl 3.1.5 and XlsxWriter 3.3.1 (pip install both)."""

import datetime as d
import pathlib

import openpyxl
import xlsxwriter

here = pathlib.Path(__file__).parent

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "Flüge & mehr"
sheet.append([])
sheet.append(["id", 'Größe "m"', "origin", "day", "at", "late", None, "formula"])
sheet.append([1, 1.5, "Zürich 'HB'", d.date(2024, 1, 31), d.datetime(2024, 1, 31, 12, 30, 15), True, None, "=1+1"])
sheet.append([2, 0.1, "two\nlines <&>", d.date(1900, 1, 1), d.datetime(1899, 12, 31, 6, 0), False, None, None])
sheet.append([])
sheet.append([-30000000000, 7, " ", d.date(1900, 3, 1), d.datetime(9999, 12, 31, 23, 59, 59), None, None, "#DIV/0!"])
other = book.create_sheet("Second")
other.append(["n", "t"])
other.append([1, d.time(7, 5)])
other.append(["x", d.time(23, 59, 59)])
book.save(here / "openpyxl.xlsx")

book = xlsxwriter.Workbook(here / "xlsxwriter.xlsx", {"date_1904": True})
sheet = book.add_worksheet("Cut")
bold = book.add_format({"bold": True})
day = book.add_format({"num_format": 'dd"D".mm.yyyy'})
at = book.add_format({"num_format": "[$-407]d. mmm yyyy hh:mm;@"})
money = book.add_format({"num_format": '#,##0.00 "yd";[Red]-0'})
sheet.write_row(0, 0, ["n", "word", "day", "at", "price", "sum"])
sheet.write(1, 0, 12)
sheet.write_rich_string(1, 1, "rich ", bold, "and", " plain")
sheet.write_datetime(1, 2, d.date(2024, 2, 29), day)
sheet.write_datetime(1, 3, d.datetime(2024, 2, 29, 23, 59, 59), at)
sheet.write(1, 4, 1234.5, money)
sheet.write_formula(1, 5, "=A2*2", None, 24)
sheet.write(2, 26, "beside")
book.close()
