"""The prefixes and origins of a row; pure."""

from collections.abc import Mapping, Sequence

from billing.decks.cells.countries import BRAZIL, BRAZILIAN_NAMES, BRAZILIAN_WORD, are_areas_of
from billing.decks.cells.prefixes import CellQuestion, PrefixReader, areas_in
from billing.decks.columns.installation import Installation
from billing.decks.columns.layout import Layout
from billing.decks.columns.styles import Style
from voipadmin.core.sheets import cells
from voipadmin.core.sheets.cells import Cell, simplified, text_of
from voipadmin.core.sheets.input_errors import InputError, column_letter

LOOKED_AT = 1_000
# Origins that are all the others, in the words of carriers.
ANYWHERE = frozenset(
    [
        "all",
        "any",
        "everywhere",
        "other",
        "others",
        "default",
        "world",
        "worldwide",
        "rest",
        "row",
        "todos",
        "todas",
        "qualquer",
        "demais",
        "outros",
        "outras",
        "otros",
        "otras",
        "resto",
        "cualquiera",
        "rest_of_world",
        "all_other",
        "all_others",
        "all_origins",
    ]
)


class RowPatterns:
    """Reads the columns of prefixes, of country and area codes, and of origins."""

    def __init__(
        self, rows: Sequence[Sequence[Cell]], layout: Layout, style: Style, installation: Installation
    ) -> None:
        self._columns, self._answers = layout.columns, layout.answers
        most = installation.most_from_a_range
        self._reader = PrefixReader(layout.answers, most, installation.is_code)
        # Nobody calls from a code.
        self._origin_reader = PrefixReader(layout.answers, most)
        self._commas_part = style.commas_part_prefixes
        self.questions: list[InputError] = []
        self.area_country = self._country_of_areas(rows, layout, installation.home)

    def _country_of_areas(self, rows: Sequence[Sequence[Cell]], layout: Layout, home: str) -> str:
        """Return the calling code of area codes that stand alone; ask where neither their heading nor they tell."""
        if "area" not in self._columns or "country" in self._columns:
            return ""
        if told := self._answers.get("country"):
            return told
        if BRAZILIAN_WORD in simplified(layout.heading_of("area")).split("_"):
            return BRAZIL
        index = self._columns["area"]
        body = rows[layout.heading_row : layout.heading_row + LOOKED_AT]
        written = {text_of(row[index]) for row in body if index < len(row) and row[index] not in (None, "")}
        areas = {area for text in written for area in areas_in(text)}
        if home and written and are_areas_of(home, areas) and not _names_others(body, layout, home):
            return home
        place = column_letter(index)
        self.questions.append(InputError("country", layout.heading_row + 1, place, min(written, default="")))
        return ""

    def patterns_of(self, row: Sequence[Cell], country: str) -> list[str]:
        """Return the prefixes of a row; raise CellError or CellQuestion. `country` is what its own column says."""
        if "prefix" in self._columns:
            return self._prefixes(row, "prefix", self._reader)
        country = country or self.area_country
        area = self._cell(row, "area")
        if not country or (self.area_country and area in (None, "")):
            return []
        self._check_digits(area)
        return self._reader.areas_of(area, country)

    def origins_of(self, row: Sequence[Cell]) -> list[str]:
        """Return the prefixes of the callers that a row is for, an empty one for all; raise as `patterns_of`."""
        cell = self._cell(row, "origin")
        if isinstance(cell, str) and simplified(cell) in ANYWHERE:
            return [""]
        return self._prefixes(row, "origin", self._origin_reader) or [""]

    def _prefixes(self, row: Sequence[Cell], name: str, reader: PrefixReader) -> list[str]:
        cell = self._cell(row, name)
        if not self._commas_part and "several" not in self._answers and cells.may_be_grouped(cell):
            raise CellQuestion("several")
        found = reader.prefixes_of(cell)
        self._check_digits(cell)
        return found

    def _check_digits(self, cell: Cell) -> None:
        if "rounded" not in self._answers and cells.was_shortened(cell):
            raise CellQuestion("rounded")

    def _cell(self, row: Sequence[Cell], name: str) -> Cell:
        index = self._columns.get(name, len(row))
        return row[index] if index < len(row) else None


def _names_others(body: Sequence[Sequence[Cell]], layout: Layout, home: str) -> bool:
    """Tell whether a column names countries that may be others: 21 beside Portugal is no area of Brazil."""
    if not set(simplified(layout.heading_of("name")).split("_")) & {"country", "pais"}:
        return False
    index = layout.columns["name"]
    named = {simplified(text_of(row[index])) for row in body if index < len(row) and row[index]}
    return bool(named - (BRAZILIAN_NAMES if home == BRAZIL else frozenset()))


def prefix_role(columns: Mapping[str, int]) -> str:
    """Return the first column of those in which a list names its prefixes."""
    return next(name for name in ("prefix", "country", "area") if name in columns)
