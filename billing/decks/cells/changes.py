"""Words of price lists about a row: what changes, whether it is sold, to which kind of number it goes; pure."""

from collections.abc import Collection

from voipadmin.core.sheets.cells import Cell, simplified, text_of
from voipadmin.core.sheets.input_errors import CellError

# What a word means, by words that need no column beside to be understood.
WORDS = {
    "new": "new n novo nova nuevo nueva add added inclusao alta create created insert inserted incluido",
    "increase": "increase increased inc up aumento aumentado reajuste subida alza",
    "decrease": "decrease decreased dec down reducao reduzido queda baja_de_precio reduccion bajada",
    "unchanged": "unchanged no_change nochange same current sem_alteracao inalterado mantido sin_cambio sin_cambios "
    "equal = - none",
    "changed": "change changed update updated alterado alteracao modificado modified edit edited u c m",
    "delete": "delete deleted del removed remove cancel cancelled canceled excluido exclusao excluir removido baja "
    "eliminado eliminar expired inactive inativo inativa inactivo inactiva disabled desativado desactivado "
    "discontinued descontinuado terminated ended r x off",
    "blocked": "blocked block barred bloqueado bloqueada bloqueio cerrado closed not_offered suspended suspenso "
    "suspendido forbidden proibido prohibido fechado",
    "active": "active ativo ativa activo activa enabled habilitado open ok valid valido vigente live on available "
    "disponivel disponible liberado aberto abierto normal",
}
_CHANGE_OF = {word: change for change, words in WORDS.items() for word in words.split()}
# Letters that mean one thing beside some letters of their column and another beside others; `?` is asked about.
LETTERS = frozenset("aibde")
_YES = frozenset(["y", "yes", "1", "true", "t", "s", "sim", "si", "x", "on", "verdadeiro", "verdadero"])
_NO = frozenset(["n", "no", "nao", "0", "false", "f", "off", "-", "none", "falso"])
FIXED, MOBILE = "fixed", "mobile"
_KINDS = {
    **dict.fromkeys(
        [
            "fixed",
            "fixo",
            "fixa",
            "fijo",
            "fija",
            "landline",
            "fix",
            "land_line",
            "geographic",
            "geografico",
            "proper",
            "geographical",
            "stfc",
            "f",
            "wireline",
        ],
        FIXED,
    ),
    **dict.fromkeys(
        [
            "mobile",
            "movel",
            "movil",
            "celular",
            "cell",
            "cel",
            "mobil",
            "cellular",
            "smp",
            "m",
            "wireless",
            "moviles",
            "moveis",
        ],
        MOBILE,
    ),
}
STATUS_NUMBERS = frozenset({"0", "1"})


def change_of(cell: Cell, letters: dict[str, str] | None = None) -> str:
    """Return one of WORDS, or nothing where the cell is empty; raise CellError.

    `letters` tells what single letters mean in the column that the cell is of.
    """
    word = simplified(text_of(cell))
    if not word:
        return ""
    found = (letters or {}).get(word) or _CHANGE_OF.get(word)
    if found is None:
        raise CellError("change")
    return "" if found == "active" else found


def is_known(text: str) -> bool:
    """Tell whether a text is a word about change or status, or a yes or no."""
    word = simplified(text)
    return word in _CHANGE_OF or word in _YES or word in _NO or word in LETTERS


def letters_in(cells: Collection[Cell]) -> frozenset[str]:
    """Return the single letters that a column holds."""
    words = (simplified(text_of(cell)) for cell in cells if isinstance(cell, str) and len(cell.strip()) == 1)
    return frozenset(word for word in words if word.isalpha())


def meaning_of_letters(letters: Collection[str], *, is_action: bool, answer: str = "") -> dict[str, str]:
    """Return what letters mean beside each other: A, U, D are add, update, delete; N, I, D new, increase, decrease.

    Portuguese lists write I, A, E (inclusão, alteração, exclusão), Spanish ones A, B, M (alta, baja, modificación). A D
    or B that nothing tells is `?`, unless `answer` (delete, decrease or blocked) says what it is. `is_action` says that
    the heading is one for actions.
    """
    has = set(letters)
    found = {"e": "delete", "i": "new" if "e" in has else "increase", "a": "changed" if "e" in has else "new"}
    if answer:
        found |= {"d": answer, "b": answer}
    elif "i" in has and "e" not in has:
        found |= {"d": "decrease", "b": "blocked"}
    elif is_action or has & {"a", "u"}:
        found |= {"d": "delete", "b": "delete" if "m" in has or "a" in has else "?"}
    else:
        found |= {"d": "?", "b": "?"}
    return {letter: meaning for letter, meaning in found.items() if letter in has}


def flag_of(cell: Cell, *, is_sold: bool = False) -> bool | None:
    """Return a yes or no, None where the cell is empty; raise CellError.

    `is_sold` tells whether a yes of this column says that the row is sold: Active, not Blocked.
    """
    word = simplified(text_of(int(cell) if isinstance(cell, bool) else cell))
    if not word:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    meaning = _CHANGE_OF.get(word)
    if meaning not in {"active", "blocked", "delete"}:
        raise CellError("flag")
    return (meaning == "active") == is_sold


def kind_of(text: str) -> str:
    """Return `fixed` or `mobile` for a word about the kind of number, or nothing."""
    return _KINDS.get(simplified(text), "")
