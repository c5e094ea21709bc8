"""The values beside a number: provider, gateway, monthly cost, notes. Pure: what there is to name is given."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from routing.models import Gateway, Provider
from voipadmin.core.sheets.cells import Cell, amount_of, decimal_signs, simplified, text_of
from voipadmin.core.sheets.input_errors import CellError

COST_STEP = Decimal("0.0001")
# Role, code, cell, and what it could be.
TellFault = Callable[[str, str, Cell, str], None]

_OUT_OF_SERVICE = (
    "cancel", "inactiv", "inativ", "disabled", "desativ", "desactiv", "released", "liberad", "disconnect", "desconect",
    "deslig", "terminat", "encerrad", "expired", "expirad", "vencid", "ported_out", "portad", "removed", "removid",
    "blocked", "bloquead", "suspend", "suspens", "not_active", "no_activ", "baja", "baixa",
)  # fmt: skip


def is_out_of_service(cell: Cell) -> bool:
    """Tell whether a cell about a number's status says that it cannot be used: Cancelled, Inativo, Suspended."""
    return isinstance(cell, str) and simplified(cell).startswith(_OUT_OF_SERVICE)


@dataclass
class ValueReader:
    """Reads the values of rows; `provider` is that of rows which name none, `costs_in` what the heading says."""

    providers: Mapping[str, Provider]
    gateways: Mapping[str, Gateway]
    provider: Provider | None
    costs_in: frozenset[str] = frozenset()
    decimal_sign: str = "."

    def look_at(self, costs: Iterable[Cell], costs_in: frozenset[str]) -> None:
        """Find the decimal sign of the costs from all of them, and keep the currencies that their heading names."""
        told = {decimal_signs(cell) for cell in costs if isinstance(cell, str)} - {"", "?"}
        self.decimal_sign = "," if told == {","} else "."
        self.costs_in = costs_in

    def read(self, cell_of: Callable[[str], Cell], tell_fault: TellFault) -> dict[str, Any]:
        """Return the values that a row names; `tell_fault` gets each that cannot be read."""
        values: dict[str, Any] = {}
        readers: dict[str, Callable[[Cell], Any]] = {
            "provider": self._provider,
            "gateway": self._gateway,
            "monthly_cost": lambda cell: self._cost(cell, values),
            "notes": text_of,
        }
        for name, read in readers.items():
            cell = cell_of(name)
            if cell not in (None, ""):
                try:
                    values[name] = read(cell)
                except CellError as error:
                    currency = self._currency(values) if error.code == "currency" else ""
                    tell_fault(name, error.code, cell, currency)
        return values

    def _provider(self, cell: Cell) -> Provider:
        found = self.providers.get(simplified(text_of(cell)))
        if found is None:
            raise CellError("provider_unknown")
        return found

    def _gateway(self, cell: Cell) -> Gateway:
        found = self.gateways.get(text_of(cell).lower())
        if found is None:
            raise CellError("gateway_unknown")
        return found

    def _cost(self, cell: Cell, values: Mapping[str, Any]) -> Decimal | None:
        currency = self._currency(values)
        if currency and self.costs_in and currency not in self.costs_in:
            raise CellError("currency")
        if isinstance(cell, str) and self.decimal_sign == "." and decimal_signs(cell) == "?":
            raise CellError("decimal_unsure")
        amount = amount_of(cell, self.decimal_sign, currency)
        return None if amount is None else amount.quantize(COST_STEP)

    def _currency(self, values: Mapping[str, Any]) -> str:
        """Return the currency of the row's provider, or nothing where none is known."""
        gateway = values.get("gateway")
        provider = values.get("provider") or (gateway.provider if gateway else None) or self.provider
        return provider.currency if provider else ""
