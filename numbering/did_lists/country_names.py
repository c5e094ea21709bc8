"""Countries as people write them in lists: by ISO 3166 code or by name, in English, Portuguese and Spanish."""

from functools import lru_cache

from voipadmin.core.numbers.metadata import calling_codes_by_region
from voipadmin.core.sheets.cells import simplified

# Names without accents and capitals. libphonenumber brings none; those are here that sell or buy numbers by lists.
_NAMES = """
AE united arab emirates|uae|emirados arabes unidos|emiratos arabes unidos
AO angola
AR argentina
AT austria
AU australia
BE belgium|belgica
BG bulgaria
BH bahrain|bahrein|barein
BO bolivia
BR brazil|brasil
BY belarus|bielorrussia|bielorrusia
CA canada
CH switzerland|suica|suiza
CL chile
CN china
CO colombia
CR costa rica
CU cuba
CV cape verde|cabo verde
CY cyprus|chipre
CZ czech republic|czechia|republica tcheca|tchequia|republica checa|chequia
DE germany|alemanha|alemania
DK denmark|dinamarca
DO dominican republic|republica dominicana
DZ algeria|argelia
EC ecuador|equador
EE estonia
EG egypt|egito|egipto
ES spain|espanha|espana
FI finland|finlandia
FR france|franca|francia
GB united kingdom|uk|great britain|reino unido|inglaterra|england|gra bretanha|gran bretana
GE georgia
GF french guiana|guiana francesa|guayana francesa
GH ghana|gana
GR greece|grecia
GT guatemala
GY guyana|guiana
HK hong kong
HN honduras
HR croatia|croacia
HT haiti
HU hungary|hungria
ID indonesia
IE ireland|irlanda
IL israel
IN india
IS iceland|islandia
IT italy|italia
JM jamaica
JP japan|japao|japon
KE kenya|quenia|kenia
KR south korea|korea|coreia do sul|coreia|corea del sur|corea
KZ kazakhstan|cazaquistao|kazajistan
LB lebanon|libano
LT lithuania|lituania
LU luxembourg|luxemburgo
LV latvia|letonia
MA morocco|marrocos|marruecos
MD moldova|moldavia
MO macau|macao
MT malta
MX mexico
MY malaysia|malasia
MZ mozambique|mocambique
NG nigeria
NI nicaragua
NL netherlands|the netherlands|holland|holanda|paises baixos|paises bajos
NO norway|noruega
NZ new zealand|nova zelandia|nueva zelanda|nueva zelandia
PA panama
PE peru
PH philippines|filipinas
PK pakistan|paquistao
PL poland|polonia
PR puerto rico|porto rico
PT portugal
PY paraguay|paraguai
RO romania|romenia|rumania
RS serbia|servia
RU russia|russian federation
SA saudi arabia|arabia saudita
SE sweden|suecia
SG singapore|singapura|singapur
SI slovenia|eslovenia
SK slovakia|eslovaquia
SR suriname|surinam
SV el salvador
TH thailand|tailandia
TN tunisia|tunez
TR turkey|turkiye|turquia
TW taiwan
UA ukraine|ucrania
US united states|united states of america|usa|estados unidos|estados unidos da america|eua|ee.uu.|eeuu
UY uruguay|uruguai
VE venezuela
VN vietnam|vietna|viet nam
ZA south africa|africa do sul|sudafrica
"""


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    """Return ISO 3166 regions by their codes and names, as `simplified` writes them."""
    codes = {region.lower(): region for region, _code in calling_codes_by_region()}
    lines = (line.split(" ", 1) for line in _NAMES.split("\n") if line)
    return codes | {simplified(name): region for region, names in lines for name in names.split("|")}


def region_named(text: str) -> str:
    """Return the ISO 3166 region that a text names, by its code or its name; nothing where none is known."""
    return _regions().get(simplified(text), "")


def calling_code_of_region(region: str) -> str:
    """Return the calling code of a region of ISO 3166."""
    return dict(calling_codes_by_region())[region]
