"""The tariffs of the demo: (destination, pattern, cost, price) in BRL per minute; no cost: the provider's. Invented."""

from billing.models import TariffMatches

# For codes of the country; the others are for numbers.
CODE_RATES = (
    ("Emergência: Polícia", "190", "0", "0"),
    ("Emergência: SAMU", "192", "0", "0"),
    ("Emergência: Bombeiros", "193", "0", "0"),
    ("Brasil, 0800", "0800", "0", "0"),
    ("Brasil, 4003 e 4004", "_400[34]XXXX", "0.030", "0.080"),
)
RATES = (
    ("Brasil, fixo", "_55ZZ[2-5]XXXXXXX", None, "0.095"),
    ("Brasil, fixo, São Paulo", "_5511[2-5]XXXXXXX", "0.028", "0.065"),
    ("Brasil, fixo, Rio de Janeiro", "_5521[2-5]XXXXXXX", "0.031", "0.072"),
    ("Brasil, fixo, Minas Gerais", "_553[1-8][2-5]XXXXXXX", "0.030", "0.070"),
    ("Brasil, fixo, Paraná", "_554[1-6][2-5]XXXXXXX", "0.032", "0.074"),
    ("Brasil, fixo, Rio Grande do Sul", "_555[1345][2-5]XXXXXXX", "0.034", "0.078"),
    ("Brasil, fixo, Distrito Federal", "_5561[2-5]XXXXXXX", "0.033", "0.075"),
    ("Brasil, celular", "_55ZZ9XXXXXXXX", "0.115", "0.240"),
    ("Brasil, celular, São Paulo", "_55119XXXXXXXX", "0.098", "0.190"),
    ("Brasil, celular, Rio de Janeiro", "_55219XXXXXXXX", "0.104", "0.210"),
    ("Brasil, celular, Minas Gerais", "_553[1-8]9XXXXXXXX", "0.101", "0.205"),
    ("Brasil, celular, Amazonas", "_559[27]9XXXXXXXX", "0.182", "0.175"),
    ("Argentina", "54", "0.180", "0.420"),
    ("Argentina, celular", "549", "0.390", "0.790"),
    ("Uruguai", "598", "0.350", "0.690"),
    ("Paraguai", "595", "0.330", "0.650"),
    ("Chile", "56", "0.160", "0.390"),
    ("México", "52", "0.090", "0.290"),
    ("Estados Unidos e Canadá", "1", "0.050", "0.190"),
    ("Portugal, fixo", "3512", "0.060", "0.220"),
    ("Portugal, celular", "3519", "0.280", "0.620"),
    ("Espanha", "34", "0.070", "0.240"),
    ("Itália", "39", "0.090", "0.280"),
    ("Alemanha", "49", "0.080", "0.260"),
    ("Japão", "81", "0.110", "0.340"),
    ("Angola", "244", "1.150", "1.890"),
)

PLAN = "Atacado São Paulo"
# The plan's own: (destination, pattern, the caller's area, hours, price).
PLAN_RATES = (
    ("Celular VC1, de São Paulo", "_55119XXXXXXXX", "5511", "", "0.152"),
    ("Celular VC2, de São Paulo", "_551[2-9]9XXXXXXXX", "5511", "", "0.178"),
    ("Celular VC3, de São Paulo", "_55[2-9]X9XXXXXXXX", "5511", "", "0.205"),
    ("Fixo local", "_5511[2-5]XXXXXXX", "5511", "", "0.058"),
    ("Fixo local, à noite", "_5511[2-5]XXXXXXX", "5511", "Noite", "0.044"),
    ("Fixo local, em feriado", "_5511[2-5]XXXXXXX", "5511", "Feriado", "0.044"),
)

ALL_RATES = (*((TariffMatches.CODE, *rate) for rate in CODE_RATES), *((TariffMatches.NUMBER, *rate) for rate in RATES))
