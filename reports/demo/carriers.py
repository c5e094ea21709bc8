"""The providers of the demo, their gateways, the routes over them and the numbers from them. Prices are invented."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class DemoProvider:
    """A provider; the cost is in BRL per minute."""

    name: str
    type: str
    cost: str

    @property
    def cost_per_minute(self) -> Decimal:
        """Return the cost as a number."""
        return Decimal(self.cost)


@dataclass(frozen=True, slots=True)
class DemoGateway:
    """A gateway; `spot` is the last number of its address."""

    name: str
    provider: str
    spot: int
    number_format: str
    caller_id_rule: str
    channels: int
    tech_prefix: str = ""
    codecs: str = "alaw,ulaw"
    registers: bool = False


@dataclass(frozen=True, slots=True)
class DemoRoute:
    """A route; `gateways` are gateways with their weights, `customers` codes (none: all)."""

    name: str
    pattern: str
    priority: int
    gateways: tuple[tuple[str, int], ...]
    selection: str = "order"
    customers: tuple[str, ...] = ()
    caller_id: str = ""


PROVIDERS = (
    DemoProvider("Vivo Empresas", "both", "0.052"),
    DemoProvider("Algar Telecom", "both", "0.047"),
    DemoProvider("Embratel", "both", "0.044"),
    DemoProvider("Claro Atacado", "termination", "0.050"),
    DemoProvider("Brisa Nordeste", "both", "0.041"),
)

GATEWAYS = (
    DemoGateway("GW_Vivo_SP", "Vivo Empresas", 11, "automatic", "national", 120),
    DemoGateway("GW_Vivo_RJ", "Vivo Empresas", 12, "automatic", "national", 60),
    DemoGateway("GW_Algar_MG", "Algar Telecom", 13, "trunk_zero", "national", 60, "1290#"),
    DemoGateway("GW_Algar_PR", "Algar Telecom", 14, "trunk_zero", "national", 30),
    DemoGateway("GW_Embratel_RJ", "Embratel", 15, "e164", "e164", 90),
    DemoGateway("GW_Embratel_DF", "Embratel", 16, "e164", "e164", 60),
    DemoGateway("GW_Claro", "Claro Atacado", 17, "national", "e164_plus", 60, "", "alaw,g729"),
    # Its registrar is elsewhere: shown as it is set up, switched off.
    DemoGateway("GW_Brisa_CE", "Brisa Nordeste", 18, "automatic", "national", 30, registers=True),
)

VIVO, VIVO_RJ = ("GW_Vivo_SP", 60), ("GW_Vivo_RJ", 30)
ALGAR, ALGAR_PR = ("GW_Algar_MG", 50), ("GW_Algar_PR", 30)
EMBRATEL, EMBRATEL_DF = ("GW_Embratel_RJ", 50), ("GW_Embratel_DF", 40)
CLARO = ("GW_Claro", 40)

ROUTES = (
    DemoRoute("Emergência: Polícia", "190", 1, (VIVO, EMBRATEL)),
    DemoRoute("Emergência: SAMU", "192", 1, (VIVO, EMBRATEL)),
    DemoRoute("Emergência: Bombeiros", "193", 1, (VIVO, EMBRATEL)),
    DemoRoute("0800 gratuito", "_0800XXXXXXX", 5, (EMBRATEL, VIVO)),
    DemoRoute("4004 e 4003", "_400[34]XXXX", 5, (VIVO, ALGAR)),
    DemoRoute("Contact center: celular SP", "_0119XXXXXXXX", 8, (CLARO, VIVO), customers=("NORTESUL", "AGILCRED")),
    DemoRoute("Celular São Paulo", "_0119XXXXXXXX", 10, (VIVO, CLARO)),
    DemoRoute("Fixo São Paulo", "_011[2-5]XXXXXXX", 10, (VIVO, EMBRATEL)),
    DemoRoute("Celular Minas Gerais", "_03[1-8]9XXXXXXXX", 10, (ALGAR, VIVO)),
    DemoRoute("Fixo Paraná", "_04[1-6][2-5]XXXXXXX", 10, (ALGAR_PR, EMBRATEL)),
    DemoRoute("Celular nacional", "_0ZZ9XXXXXXXX", 20, (CLARO, VIVO_RJ, ALGAR), selection="weight"),
    DemoRoute("Fixo nacional", "_0ZZ[2-5]XXXXXXX", 20, (EMBRATEL_DF, ALGAR, VIVO_RJ), selection="cost"),
    DemoRoute("Nacional em E.164", "_55ZZ.", 25, (EMBRATEL, VIVO)),
    DemoRoute("Mercosul", "_005[49].", 30, (ALGAR, EMBRATEL)),
    DemoRoute("Internacional", "_00.", 40, (EMBRATEL, EMBRATEL_DF)),
    DemoRoute("Nacional, última opção", "_0ZZ.", 90, (EMBRATEL, VIVO_RJ)),
)


class NumberRange(NamedTuple):
    """Numbers of the inventory: `size` of them from `first` on; an empty gateway is any."""

    provider: str
    gateway: str
    first: str
    size: int


NUMBER_RANGES = (
    NumberRange("Vivo Empresas", "GW_Vivo_SP", "551140201000", 100),
    NumberRange("Vivo Empresas", "GW_Vivo_RJ", "552135102000", 40),
    NumberRange("Algar Telecom", "GW_Algar_MG", "553132203000", 30),
    NumberRange("Algar Telecom", "GW_Algar_MG", "553432304000", 30),
    NumberRange("Algar Telecom", "GW_Algar_PR", "554130405000", 30),
    NumberRange("Embratel", "GW_Embratel_RJ", "554832106000", 20),
    NumberRange("Embratel", "GW_Embratel_RJ", "555132107000", 30),
    NumberRange("Embratel", "GW_Embratel_DF", "556130308000", 30),
    NumberRange("Embratel", "GW_Embratel_DF", "557131209000", 20),
    NumberRange("Embratel", "GW_Embratel_DF", "558133301000", 20),
    NumberRange("Brisa Nordeste", "", "558530402000", 20),
)
