"""Words by which measured figures are recognised, in the languages that explanations come in."""

from __future__ import annotations

import re


def _any(patterns: str) -> str:
    return "|".join(patterns.split())


_TIME = _any(r"""
    ms  msecs?  milli(?!on|ard)\w+  mili(?!on|ard)\w+  [µμ]s  micro\w+  mikro\w+  s  secs?  second\w*  seconden
    secondi  mins?  minut\w*
    h  hrs?  hours?  stunden?  heures?  horas?  ore  sek\w*  segund\w*  sekund\w*
    мс  миллисек\w*  сек\w*  \u0441  мин\w*
""")
_TIME_CJK = "毫秒|ミリ秒|밀리초|微秒|秒|초|分钟|分"  # no word ends there
_ROWS = _any("rows? tuples? records? zeilen? lignes? filas? righe linhas? rijen rader wiersz\\w* строк\\w*")
_BUFFERS = _any(r"""
    buffers?  blocks?  pages?  [kmg]i?b  blöcke\w*  puffer\w*  seiten  blocs?  tampons?  bloques?  páginas?  pagine
    blocchi  blocos?  блок\w*  буфер\w*  страниц\w*
""")
_COST = _any("costs? kosten coûts? costes? costos? custos? costi стоимост\\w*")
_FACTOR_WORDS = _any("times mal fois veces volte vezes keer gånger razy раза?")
_MORE_OR_LESS = _any(r"""
    fast\w*  quick\w*  less  fewer  lower  cheap\w*  better  small\w*  more  slow\w*  as  schnell\w*  weniger
    plus  moins  más  menos  più  meno  mais  sneller  snabbare  szybc\w*  быстр\w*  меньше
""")
_FILLER = r"(?:shared|logical|hit|read|index|heap|table|total|touched|disk|temp|buffer|gelesene?n?|de|work)"
_GROUPS = (
    rf"(?P<time>(?:{_TIME})(?![\w'’])|{_TIME_CJK})"
    rf"|(?P<buffers>(?:{_BUFFERS})(?!\w)|ブロック|块)"
    rf"|(?P<rows>(?:{_ROWS})(?!\w)|行)"
    rf"|(?P<cost>(?:{_COST})(?!\w))"
    rf"|(?P<percent>%|(?:percent|per\scent|prozent|pour\scent|por\sciento|por\scento|per\scento)(?!\w))"
    rf"|(?P<factor>(?:x|×|-?fold|-?fach\w*)(?!\w)|倍|(?:{_FACTOR_WORDS})\s(?:\w+\s)?(?:{_MORE_OR_LESS})(?!\w))"
)
UNIT = re.compile(rf"(?<![\w'’])(?!min\b)(?:{_GROUPS})", re.IGNORECASE)  # "min" heads a column of smallest values
UNIT_BEHIND = re.compile(
    rf"(?:[\s~*_`)\u00a0\u202f-]|&nbsp;){{0,8}}(?:{_FILLER}\s+){{0,2}}[(\[]?(?:{_GROUPS})", re.IGNORECASE
)
# A unit that speaks for the numbers behind it: "Time (ms): 9100 → 3", "buffers: 411 000 before", "cost=1.5".
_LABELS = (
    rf"(?P<time>\((?:{_TIME})\)|\[(?:{_TIME})\]|\bin\s(?:{_TIME})(?!\w)|(?<![\w'’])(?:{_TIME})\s?[:=])"
    rf"|(?P<buffers>(?<![\w'’])(?:{_BUFFERS})(?!\w)[^.\d]{{0,25}}?(?:[:=)\]]|\b(?:from|von|de|desde|da)\b))"
    rf"|(?P<rows>(?<![\w'’])(?:{_ROWS})(?!\w)[^.\d]{{0,12}}?(?:[:=)\]]|\b(?:from|von|desde)\b))"
    rf"|(?P<cost>(?<![\w'’])(?:{_COST})(?!\w)[^.\d]{{0,25}}?(?:[:=)\]]|\b(?:from|of|von|de|desde|da)\b|(?=\s\d)))"
    rf"|(?P<factor>\b(?:factor|faktor|facteur|fattore|fator)(?:\s(?:of|von|de|di))?(?=\s~?\d))"
)
LABEL = re.compile(rf"(?<!\d)(?<!\d\s)(?:{_LABELS})", re.IGNORECASE)
_COUNT_WORDS = _any(r"""
    one two three four five six seven eight nine ten twelve twenty thirty half\sa eine?r? zwei drei vier fünf sechs
    sieben acht neun zehn une? deux trois quatre cinq sept huit neuf dix una? dos tres cuatro cinco seis siete ocho
    nueve diez due tre quattro cinque sei sette otto nove dieci
""")
NUMBER = re.compile(
    r"(?<![A-Za-z\u00c0-\u024f0-9_.,])(?:\d+\s?(?:m|min)\s?\d+(?:[.,]\d+)?(?=\s?s)"
    r"|\d{1,3}(?:[,_. \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)"
    r"(?:\s?(?:k|m|mio\.?|mrd\.?|million\w*|millones|thousand|tsd\.?|tausend|mille|mil|тыс\.?|млн|万)(?=[\s\u4e00-\u9fff\u3040-\u30ff]))?"
    rf"|\b(?:{_COUNT_WORDS})(?=[\s-](?:{_TIME})(?!\w))",
    re.IGNORECASE,
)
NO_FIGURE = re.compile(r"(?:19|20)\d\d|[A-Za-zÀ-ÿ\s]+", re.IGNORECASE)  # years; words that count only with a unit
PARTNERS = re.compile(
    r"[\s*_`~]*(?:→|⟶|⇒|->|-->|=>|➜|>|/|–|—|-|down\sto|to|vs\.?|versus|against|instead\sof|bis|auf|zu|statt|à|a|en|al?"
    r"|naar|till|do|на|до|到|から)[\s*_`~]*",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(
    r"[,;()\[\]—–]|(?<!estimate)(?<!guess)(?:(?<!expected)|(?<=as\sexpected))(?<!assumption):|\s(?:but|which|so|whereas|aber|mais|pero)\s",
    re.IGNORECASE,
)
SUPPOSED = re.compile(
    _any(r"""
    \bshould\b  \bwould\b  \bcould\b  \bmight\b
    \b(?:I|we)\s(?:\w+\s)?(?:expect|guess|estimate|assume|hope|think|suppose)
    \bprobably\b  \bpresumably\b  \bprojected\b  \b(?:estimate|guess|expected|assumption):  \bhopefully\b  \bimagin\w+
    \bmy\s(?:guess|estimate)\b  \bnot\s(?:measur|tim|benchmark)\w+  n't\s(?:measur|tim|benchmark)\w+
    \b(?:un|never\s)measured\b  \bwithout\smeasuring\b  \bsollten?\b  \bwürden?\b  \bkönnten?\b  \bdürften?\b
    \bvermutlich\b  \bwahrscheinlich\b  \bschätz\w*  \bgeschätzt\w*  \bnicht\sgemessen\b  \bdevrai\w+  \bserait\b
    \bpourrait\b  \bprobablement\b  \bpas\smesur\w+  \bdebería\w*  \bsería\b  \bpodría\b  \bprobablemente\b
    \bsin\smedir\b  \bno\s(?:he\s)?med\w+  \bdovrebbe\b  \bdeveria\b
    """),
    re.IGNORECASE,
)
_DENIED = (
    r"(?:not|n't|never)\s(?:\w+\s)?(?:measured?|timed?|benchmark(?:ed)?|run)\s"
    r"(?:anything|any\sof\s(?:it|this|them)|at\sall)"
)
NOTHING_MEASURED = re.compile(
    rf"{_DENIED}|\bnothing\s(?:was|has\sbeen)\s(?:measured|timed)|\bno\smeasurements?\s(?:was|were|made|taken|done)"
    r"|\bnichts\sgemessen|\bje\sn'ai\srien\smesur|\bno\s(?:he\smedido|medí)\snada",
    re.IGNORECASE,
)
PLAN_ROOT = re.compile(r"^(?!.*->)[`|+\s\"]*[A-Z][A-Za-z ()\w.\"]*\s{1,4}\((?:cost|actual)[\s=]")
ROOT_FIGURE = re.compile(r"actual time=[\d.]+|cost=[\d.]+")
EXECUTION_TIME = re.compile(
    r"(?:execution\stime|total\sruntime|ausführungszeit|temps\sd'exécution|tiempo\sde\sejecución)"
    r"\"?\s*[:=]\s*(\d+(?:[.,]\d+)*)(?:\s?ms)?(?![\w.,]*\s?(?:s|min)\b)",
    re.IGNORECASE,
)

# Of which query a figure is.
GIVEN = re.compile(
    _any(r"""
    \boriginal\w*  \bbefore\b  \bold\b  \bgiven\b  \binitial\w*  \bprevious\w*  \bwas\b  \btook\b  \bneeded\b
    \bvorher\b  \balte[rsn]?\b
    \bursprünglich\w*  \bavant\b  \bd'origine\b  \bantes\b  \banterior\w*  \bprima\b  \bprzedtem\b  \bpierwotn\w*
    \bbyło\b  было  改写前  原  変更前  元の  \bin:\s
    """),
    re.IGNORECASE,
)
SUBMITTED = re.compile(
    _any(r"""
    \bafter\w*  \bnew\b  \bnow\b  \bmine\b  \btakes\b  \bneeds\b  \bmy\s(?:query|version|plan|answer|rewrite)\b
    \brewrit\w*  \boptimi[sz]ed\b  \bfinal\b  \bnachher\b
    \bjetzt\b  \bneue?[rsn]?\b  \baprès\b  \bmaintenant\b  \bahora\b  \bdespués\b  \bdepois\b  \bagora\b  \bdopo\b
    \bora\b  \bteraz\b  \bpo\b  стало  теперь  改写后  变更后  変更後
    """),
    re.IGNORECASE,
)
