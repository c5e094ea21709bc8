"""The words that carriers write over columns, in English, Portuguese and Spanish: data for its module `headings`.

Plurals, accents and capitals need no entry of their own. A phrase with a small word (`price per call`) needs it.
"""

from billing.decks.columns.roles import IGNORED, SECOND_NAME

# Phrases by what they head, in the words of carriers; `a|b` are two words for one thing.
PHRASES: dict[str, str] = {
    "prefix": (
        "prefix, prefixo, prefijo, code, codigo, dial code, dialling code, dialing code, dialcode, dialprefix, "
        "dial prefix, destination code, destination prefix, termination prefix, breakout, digit, codigo destino, "
        "codigo discagem, codigo marcacion, prefixo destino, prefijo destino, full code, number prefix, "
        "area prefix, dialed prefix, called prefix, b number prefix, prefixo discagem, dialled digit, "
        "destination number prefix"
    ),
    "country": (
        "country code, cc, codigo pais, ddi, country dial code, country dialing code, country dialling code, "
        "country prefix, pais codigo, codigo internacional, ddi pais, idd"
    ),
    "area": (
        "area code, city code, ndc, ddd, codigo area, destination area code, area city code, cn, codigo local, "
        "codigo ciudad, codigo cidade, codigo nacional, national code, ddd area, ddd destino"
    ),
    "name": (
        "destination, destination name, destino, name, nome, nombre, description, descricao, descripcion, "
        "location, localidad, localidade, dest name, code name, prefix name, city, cidade, ciudad, nome destino, "
        "nombre destino, route name, destination description, municipio, municipality"
    ),
    SECOND_NAME: (
        "country, country name, pais, nome pais, nombre pais, zone, zona, route, rota, ruta, operator, operadora, "
        "operador, region, regiao, area, uf, state name, carrier, network"
    ),
    "origin": (
        "origin, origin prefix, origin code, origem, prefixo origem, origen, prefijo origen, origination, "
        "a number prefix, a number, origination prefix, origination code, ani prefix, ddd origem, codigo origem, "
        "codigo origen, source prefix, caller prefix, ani"
    ),
    "kind": (
        "type, tipo, kind, network type, tipo destino, number type, tipo numero, destination type, tipo rede, "
        "tipo red, tipo linha, tipo linea, service type, tipo servico"
    ),
    "connect_fee": (
        "connect fee, connection fee, connection charge, connection cost, connect charge, connectcharge, "
        "connect cost, taxa conexao, taxa ligacao, cargo conexion, connection, connection price, conexao, "
        "custo conexao, costo conexion, tasa conexion, taxa completamento, establishment fee, "
        "cargo establecimiento, tarifa conexao, tarifa conexion, connection rate, connect rate, connect price, "
        "taxa atendimento"
    ),
    "setup_fee": (
        "setup fee, set up fee, setup, set up, call setup, setup charge, set up charge, call setup fee, "
        "setup cost, taxa estabelecimento, taxa fixa, tasa fija, fixed fee, flag fall, flagfall, bandeirada, "
        "cargo fijo"
    ),
    "call_fee": (
        "per call, price per call, rate per call, cost per call, charge per call, fee per call, call fee, "
        "call charge, por chamada, valor por chamada, preco por chamada, tarifa por chamada, custo por chamada, "
        "taxa por chamada, por llamada, precio por llamada, tarifa por llamada, valor por llamada, "
        "costo por llamada, cargo por llamada, price per attempt, amount per call"
    ),
    "surcharge": (
        "surcharge, rate surcharge, call surcharge, surcharge per call, sobretaxa, recargo, acrescimo, "
        "sobrecargo, surcharge fee, adicional, taxa adicional, cargo adicional, additional fee, "
        "additional charge, extra charge"
    ),
    "disconnect_fee": "disconnect charge, disconnectcharge, disconnect fee, disconnection fee, disconnection charge",
    "minimum_charge": (
        "minimum charge, minimum fee, cobranca minima, cargo minimo, minimum price, minimum cost, minimum amount, "
        "importe minimo, taxa minima, preco minimo, precio minimo, valor minimo, minimum charge per call"
    ),
    "price": "rateinitial, ppm, rpm, per minute, por minuto, per second, por segundo",
    "initial": (
        "initial, minimum, minimo, minimum time, minimum duration, minimum second, minimum billing, rate minimum, "
        "tempo minimo, tiempo minimo, duracao minima, duracion minima, minimo segundo, minimum call duration, "
        "initblock, minimum billing time, minimum billed time, minimum charge time, minimum length, "
        "minimum call time, tarifacao minima, facturacion minima, minimum billing second, "
        "cobranca minima segundo, minimum dur"
    ),
    "increment": (
        "rate increment, subsequent, billingblock, additional, passo, paso, step, incremento segundo, increment second"
    ),
    "blocks": (
        "billing, rounding, billing term, tarifacao, tasacion, facturacion, minimum increment, billing pulse, "
        "billing increment, billing interval, billing block, billing cadence, minimum incr, bill increment, "
        "billing unit, charging interval, charging increment, increment terms, charge unit, billing step, "
        "cadencia tarifacao, cadencia cobranca, regra tarifacao, unidade tarifacao, unidad tarifacion, redondeo, "
        "arredondamento"
    ),
    "free": (
        "free, free second, grace, grace time, grace period, grace second, segundo gratis, carencia, "
        "tempo carencia, nocharge time, no charge time, rate nocharge time, minimal time charge, gracia, "
        "tiempo gracia, periodo gracia, tolerancia, tempo gratis, tiempo gratis, tempo tolerancia, free time, "
        "segundo livre, segundo libre, grace interval, non billable second, unbilled second, gratuito, "
        "segundo gratuito, segundo franquia"
    ),
    "effective": (
        "effective, effective date, effective from, effective since, valid from, start date, start, date, "
        "vigencia, data, inicio, data inicio, inicio vigencia, data vigencia, data inicio vigencia, fecha, "
        "fecha efectiva, fecha inicio, fecha inicio vigencia, fecha vigencia, desde, valid since, "
        "activation date, begin date, from, from date, date from, vigente desde, vigente partir, valido partir, "
        "valido desde, vigencia partir, vigencia desde, partir, effect date, activation, data efetiva, "
        "data ativacao, fecha activacion, start time, effective time, effective date time, inicio validade, "
        "vigencia inicio, vigencia inicial, data inicial, fecha inicial, rate effective date, date effective, "
        "available from, starts, starts at"
    ),
    "ends": (
        "end date, end, expiration date, expiry date, expiration, expiry, expires, valid to, valid until, "
        "valid till, valid thru, effective to, effective until, effective till, until, to, to date, date to, fim, "
        "fim vigencia, data fim, data final, termino, data termino, validade, valido ate, vencimento, "
        "vencimiento, fecha fin, fecha final, hasta, valido hasta, vigente ate, vigente hasta, vigencia ate, "
        "vigencia hasta, vigencia fim, vigencia final, fin vigencia, fin, ate, end time, stop date, "
        "deactivation date, expire date, valid through, termination date, data validade, data expiracao, "
        "data vencimento, fecha vencimiento, fecha termino, fecha expiracion, data fim vigencia, "
        "fecha fin vigencia, expired date, discontinued date, ends, ends at, effective end, effective end date, "
        "validity, validez, date end, end of validity"
    ),
    "change": (
        "change, action, rate change, change type, type change, comment, price change, alteracao, acao, accion, "
        "movimento, tipo cambio, cambio, movimiento, tipo alteracao, operation, operacao, operacion, "
        "change status, status change, rate status, price status, tipo movimento, change code, update type, "
        "change indicator"
    ),
    "status": "status, code status, situacao, estado, state, situacion, destination status, route status, estatus",
    "blocked": (
        "blocked, forbidden, barred, bloqueado, bloqueada, bloqueio, proibido, proibida, prohibido, prohibida, "
        "block, is blocked, is forbidden, not allowed, restricted, restrito, restringido, closed, "
        "destination blocked, fechado, cerrado, not offered"
    ),
    "allowed": (
        "allowed, permitted, permitido, permitida, liberado, liberada, available, disponivel, disponible, open, "
        "is allowed, offered, aberto, abierto, call allowed"
    ),
    "active": (
        "active, ativo, ativa, activo, activa, enabled, habilitado, habilitada, is active, is enabled, enable, em uso"
    ),
    "discontinued": (
        "discontinued, deleted, removed, descontinuado, descontinuada, excluido, excluida, cancelled, canceled, "
        "inactive, inativo, inativa, inactivo, inactiva, disabled, desativado, desactivado, eliminado, baja, "
        "removido, cancelado, is deleted, desabilitado, deshabilitado"
    ),
    "exact": "exact match, exact, match exact, full match, correspondencia exata, coincidencia exacta",
    "currency": "currency, moeda, moneda, curr, currency code, rate currency, divisa",
    IGNORED: (
        "id, rate id, record id, iso, iso code, iso country code, iso country, iso 2, iso 3, country iso, "
        "iso pais, tariff, tariff name, tariff id, rate table, rate plan, price list, priority, prioridade, "
        "prioridad, strip, prepend, trunk, tronco, troncal, hidden, oculto, package offer, rate name, note, nota, "
        "observacao, observacion, remark, pvt rate cost, internal rate cost, private rate cost, weight, peso, "
        "asr, acd, ner, pdd, quality, qualidade, calidad, mcc, mnc, mccmnc, mcc mnc, line, linha, linea, row, "
        "item, route class, class, classe, clase, account, conta, cuenta, user, usuario, vendor, vendor name, "
        "supplier, provider, provedor, proveedor, time zone, timezone, updated at, created at, last update, "
        "last updated, updated, modified, change date, date change, data alteracao, fecha cambio, "
        "ultima atualizacao, ultima actualizacion, continent, continente, preference, preferencia, caller id, "
        "direction, lcr, carrier name, reseller, index, seq, sequence, number, numero, domain, fax, comentario"
    ),
}

PRICE_WORDS = (
    "price, rate, cost, preco, valor, tarifa, precio, custo, costo, coste, importe, charge, tariff, ppm, tarif, amount"
)
PRICE_BESIDE = (
    "new, nova, novo, nuevo, nueva, effective, termination, terminacao, terminacion, voice, voz, buy, buying, "
    "sell, selling, compra, net, gross, liquido, neto, final, base, list, unit, unitario, unitaria, call, "
    "international, internacional, national, nacional, outbound, outgoing, saida, salida, tax, imposto, impuesto, "
    "vat, iva, icms, pis, cofin, com, sem, con, sin, with, without, incl, excl, including, excluding, inc, exc, "
    "minimo, wholesale, retail, standard, rack, offer, offered, proposed, proposto, propuesto, actual, "
    "destination, destino, all, usage, uso, excluido, incluido, bruto, bruta, liquida, pre, post, flat, voip, "
    "sip, local, ldn, ldi, tarifado, carrier"
)
INTERVAL_WORDS = (
    "interval, intervalo, increment, incremento, block, bloque, bloco, pulse, pulso, cadencia, cadence, incr, "
    "period, periodo"
)
OLD = "old, previous, prev, anterior, antigo, antiga, antiguo, antigua, last, former, past, velho"
PRESENT = "current, present, atual, existing, vigent, corrent"
DIFFERENCE = (
    "difference, diff, variation, variacao, variacion, delta, diferenca, diferencia, percent, percentage, percentual"
)
FIRST = "first, 1, 1st, initial, inicial, init, primeiro, primeira, primer, primero, primera"
NEXT = (
    "next, n, nth, subsequent, additional, adicional, addl, seguinte, siguiente, subsequente, following, "
    "sucessivo, sucesivo, proximo, demais, sub"
)
OFF_PEAK = (
    "off peak, offpeak, op, reduzido, reduzida, reducido, reducida, fora pico, fora ponta, fuera pico, "
    "fuera punta, noturno, noturna, nocturno, nocturna, night, vall, valle, economico, economica, low peak, "
    "noite, noche"
)
WEEKEND = "weekend, week end, fim semana, fin semana, wkend, final semana, wkd"
PEAK = "peak, pico, ponta, punta, day, diurno, diurna, daytime, horario normal, normal, comercial, business hour, dia"
FIXED = "fixed, fixo, fixa, fijo, fija, landline, fix, land line"
MOBILE = "mobile, movel, movil, celular, cell, cel, mobil, cellular"
# Small words, which most phrases leave out, and what headings say of dates and units beside.
SMALL = (
    "the, of, de, do, da, dos, das, del, la, el, los, las, o, os, as, a, em, in, en, for, para, por, per, by, "
    "and, e, y, is, utc, gmt, dd, mm, yyyy, yy, aaaa, aa, ddmmyyyy, mmddyyyy, hh, ss, brt, brasilia, st, nd, rd, "
    "th"
)
SECOND_UNITS = "second, sec, segundo, seg, s"
MINUTE_UNITS = "minute, minuto, min, m, mn"
HOUR_UNITS = "hour, hora, hr, h"
CENT_UNITS = "cent, centavo, ct, centimo"
MONEY_UNITS = "brl, usd, eur, gbp, r, rs, us, dollar, dolar, real, euro, peso"
# Behind “min” these make it a minimum, not a minute.
AFTER_MINIMUM = (
    "time, duration, charge, dur, incr, increment, interval, duracao, tempo, tiempo, duracion, cobranca, second, "
    "billing, fee, call, length, block, segundo, sec, seg, price"
)
