"""Tables and charts: blocks whose parts must fit one another.

https://docs.slack.dev/reference/block-kit/blocks/table-block, /data-table-block, /data-visualization-block
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.demo.slack.validation.elements import BUTTON
from bot.demo.slack.validation.rich_text import RICH_TEXT
from bot.demo.slack.validation.schema import ByType, Fields, Flag, Items, Number, Problems, Rule, Text

_BLOCK: dict[str, Rule] = {"block_id": Text(255)}
_RAW_CELLS: dict[str, Rule] = {
    "raw_text": Fields({"text": Text(minimum=1)}, required=("text",)),
    "raw_number": Fields({"value": Number(), "text": Text(minimum=1)}, required=("value", "text")),
}
_CELLS: dict[str, Rule] = {**_RAW_CELLS, "rich_text": RICH_TEXT}

_DATA_TABLE_CHARACTERS = 20_000


def _rectangular(block: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    rows = block.get("rows")
    if isinstance(rows, list) and rows and len({len(row) for row in rows if isinstance(row, list)}) > 1:
        problems.add("every row must have the same number of cells", f"{pointer}/rows")


def _data_table(block: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    _rectangular(block, pointer, problems)
    rows = block.get("rows")
    if not isinstance(rows, list):
        return
    if sum(_characters(row) for row in rows) > _DATA_TABLE_CHARACTERS:
        problems.add(f"must be less than {_DATA_TABLE_CHARACTERS + 1} characters in all cells", f"{pointer}/rows")
    header = rows[0] if rows and isinstance(rows[0], list) else []
    for index, cell in enumerate(header):
        if isinstance(cell, dict) and cell.get("type") not in _RAW_CELLS:
            problems.add("a header cell must be raw_text or raw_number", f"{pointer}/rows/0/{index}")


def _characters(value: object) -> int:
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    if isinstance(value, dict):
        own = value.get("text")
        return len(own) if isinstance(own, str) else sum(_characters(item) for item in value.values())
    return 0


TABLE = Fields(
    {
        **_BLOCK,
        "rows": Items(Items(ByType(lambda: _CELLS), 1, 20), 1, 100),
        "column_settings": Items(
            Fields({"align": Text(choices=("left", "center", "right")), "is_wrapped": Flag()}), 0, 20
        ),
    },
    required=("rows",),
    also=_rectangular,
)

DATA_TABLE = Fields(
    {
        **_BLOCK,
        "rows": Items(Items(ByType(lambda: {**_CELLS, "button": BUTTON}), 1, 20), 2, 201),
        "caption": Text(minimum=1),
        "page_size": Number(1, 100, whole=True),
        "row_header_column_index": Number(0, 19, whole=True),
    },
    required=("rows", "caption"),
    also=_data_table,
)

_POINT = Fields({"label": Text(20, 1), "value": Number()}, required=("label", "value"))
_AXES = Fields(
    {"categories": Items(Text(20, 1), 1, 20), "x_label": Text(50), "y_label": Text(50)},
    required=("categories",),
)


def _points_match_categories(chart: Mapping[str, Any], pointer: str, problems: Problems) -> None:
    axes, series = chart.get("axis_config"), chart.get("series")
    if not isinstance(axes, dict) or not isinstance(series, list):
        return
    names = [one.get("name") for one in series if isinstance(one, dict)]
    if len(names) != len(set(names)):
        problems.add("series names must be unique", f"{pointer}/series")
    for index, one in enumerate(series):
        points = one.get("data") if isinstance(one, dict) else None
        if isinstance(points, list):
            labels = [point.get("label") for point in points if isinstance(point, dict)]
            if labels != axes.get("categories"):
                problems.add("must have one point for each category, in order", f"{pointer}/series/{index}/data")


_LINES = Fields(
    {
        "series": Items(
            Fields({"name": Text(20, 1), "data": Items(_POINT, 1, 20)}, required=("name", "data")),
            1,
            12,
        ),
        "axis_config": _AXES,
    },
    required=("series", "axis_config"),
    also=_points_match_categories,
)
_CHARTS: dict[str, Rule] = {
    "line": _LINES,
    "bar": _LINES,
    "area": _LINES,
    "pie": Fields({"segments": Items(_POINT, 1, 12)}, required=("segments",)),
}

DATA_VISUALIZATION = Fields(
    {**_BLOCK, "title": Text(50, 1), "chart": ByType(lambda: _CHARTS)},
    required=("title", "chart"),
)
