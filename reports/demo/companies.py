"""The customers of the demo: invented companies, as a small operator has them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """A customer: `extensions` of 0 makes a trunk customer with `addresses` addresses."""

    code: str
    name: str
    area: str
    extensions: int = 0
    addresses: int = 1
    channels: int = 10
    share: int = 10
    numbers: int = 6
    status: str = "active"
    contact: str = ""


TRUNKS = (
    Company("NORTESUL", "NorteSul Contact Center S.A.", "11", 0, 2, 120, 60, 24, contact="Renata Prado"),
    Company("AGILCRED", "ÁgilCred Soluções Financeiras Ltda.", "11", 0, 1, 60, 38, 16, contact="Fábio Menezes"),
    Company("VIAMINAS", "ViaMinas Transportes S.A.", "31", 0, 1, 30, 20, 10, contact="Cláudia Rezende"),
    Company("HOTELMAR", "Hotéis Mar Azul Ltda.", "21", 0, 2, 30, 18, 10, contact="Otávio Lins"),
    Company("COOPSUL", "Cooperativa Agrícola do Sul", "51", 0, 1, 20, 14, 8, contact="Ivo Schneider"),
    Company("LOGFACIL", "LogFácil Entregas Ltda.", "41", 0, 1, 30, 22, 8, contact="Patrícia Moro"),
    Company("EDUMAIS", "Grupo Educacional EduMais", "61", 0, 1, 20, 12, 8, contact="Sérgio Brandão"),
    Company("FRIOBOM", "Frigorífico FrioBom S.A.", "34", 0, 1, 15, 9, 6, contact="Wagner Teles"),
    Company("SEGURAMAIS", "SeguraMais Corretora de Seguros", "11", 0, 1, 20, 14, 8, contact="Lívia Fontes"),
    Company("BAHIATEC", "BahiaTec Informática Ltda.", "71", 0, 1, 15, 8, 6, contact="Caio Argolo"),
    Company("RECIFENET", "RecifeNet Provedor de Internet", "81", 0, 1, 20, 10, 8, contact="Davi Cavalcanti"),
    Company("ATRASADO", "Atrasado Telemarketing Ltda.", "11", 0, 1, 30, 0, 4, "suspended", "Nelson Viana"),
)

WITH_EXTENSIONS = (
    Company("PADARIA", "Padaria e Confeitaria Estrela", "11", 4, 0, 4, 4, 2, contact="Marlene Souza"),
    Company("CLINICAVIDA", "Clínica Vida Plena", "11", 8, 0, 10, 12, 5, contact="Dra. Helena Castro"),
    Company("ADVROCHA", "Rocha e Filhos Advogados", "21", 6, 0, 8, 9, 4, contact="Dr. Marcos Rocha"),
    Company("AUTOPECAS", "AutoPeças Horizonte Ltda.", "31", 5, 0, 8, 8, 3, contact="Jorge Dias"),
    Company("IMOBPRAIA", "Imobiliária Praia Norte", "48", 6, 0, 8, 8, 4, contact="Bianca Nunes"),
    Company("CONTABIL", "Contábil Três Irmãos S/S", "41", 5, 0, 6, 6, 3, contact="Edson Kowalski"),
    Company("PETAMIGO", "Pet Amigo Clínica Veterinária", "11", 4, 0, 5, 5, 2, contact="Tatiane Lopes"),
    Company("ESCOLASOL", "Escola Sol Nascente", "61", 6, 0, 6, 5, 3, contact="Prof. Aline Matos"),
    Company("MOVEISLAR", "Móveis do Lar Comércio Ltda.", "51", 5, 0, 6, 5, 3, contact="Rudimar Alves"),
    Company("TURISMOCE", "Ceará Sol Turismo", "85", 4, 0, 5, 4, 3, contact="Jéssica Barros"),
    Company("FARMABEM", "FarmaBem Drogarias", "34", 5, 0, 6, 6, 3, contact="Luciana Prates"),
    Company("GRAFICA", "Gráfica Rápida Paulista", "11", 3, 0, 4, 3, 2, contact="Hugo Tanaka"),
)
# Gone: closed, with its numbers in quarantine.
CLOSED = Company("ANTIGO", "Antigo Comércio de Eletrônicos Ltda.", "11", 0, 1, 10, 0, 5, contact="Valter Pires")

COMPANIES = TRUNKS + WITH_EXTENSIONS
DESKS = ("Recepção", "Vendas", "Financeiro", "Suporte", "Diretoria", "Compras", "Estoque", "Agenda")
