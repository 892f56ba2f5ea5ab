"""Words by which the effects that make a query fast are recognised, in the languages that explanations come in."""

from __future__ import annotations

import re


def _any(patterns: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """Any of the patterns, which are set apart by blanks; a blank inside one is written as `s` with a backslash."""
    return re.compile("|".join(patterns.split()), flags)


# What a database does with rows: without such a word a sentence says nothing about the work.
ACCESS = _any(r"""
    \bre-?read\w*  \bread\w*  \bscan\w*  \brun(?:s|ning)?\b  \bran\b  \bexecut\w*  \bevaluat\w*  \b(?:re-?)?comput\w*
    \b(?:re-?)?calculat\w*  \bfetch\w*  \blook(?:s|ed|ing)?\b  \blookup\w*  \bsearch\w*  \bgo(?:es|ing)?\sthrough\b
    \bwent\sthrough\b  \bwalk\w*  \btravers\w*  \bvisit\w*  \bjoin\w*  \baggregat\w*  \bgroup\w*  \bfilter\w*
    \bpass(?:es|ed)?\b  \bsum\w*  \bcount\w*  \bf[io]nd\w*  \bfound\b  \bprobe\w*  \bprocess\w*  \bretriev\w*
    \btouch\w*  \bstor(?:e|ed|es|ing)\b  \bwr[io]t\w*  \bbuil[dt]\w*  \bmateriali\w*  \bthr[oe]w\w*  \bdiscard\w*
    \bloops?\b
    \bcompar\w*  \bget(?:s|ting)?\b  \bput(?:s|ting)?\b  \bquer(?:y|ies|ied)\b  \bask(?:s|ed|ing)?\b  \bloop\w*
    \bles\w+  \bliest\b  \blas\b  \bgeles\w*  \bl[aä]uf\w*  \blief\w*  \bdurchl\w*  \bausgeführt\w*  \bausführ\w*
    \bberechn\w*  \b(?:durch)?such\w*  \bbild\w*  \bgebild\w*  \bverbund\w*  \bgruppier\w*  \bgefund\w*  \bzugriff\w*
    \bgreif\w*  \bverw[io]rf\w*  \bwirft\b  \bbau\w+  \blager\w*
    \blit\b  \blue?s?\b  \blire\b  \bli(?:sai|se)\w*  \brelu\w*  \bparcour\w*  \bexécut\w*  \bcalcul\w*  \brecalcul\w*
    \bcherch\w*  \btrouv\w*  \bjoint\w*  \bagrég\w*  \bregroup\w*  \bfiltr\w*  \brejet\w*  \bévalu\w*  \bécrit\w*
    \blee\w*  \bleía\w*  \brecorr\w*  \bejecut\w*  \bbusc\w*  \bencontr\w*  \bun(?:e|en|ir|ida)\b  \bagrup\w*
    \bdescart\w*
    \bescrib\w*  \blê\b  \blid[ao]s?\b  \bleitura\w*  \bpercorr\w*  \bescrev\w*
    \b(?:ri)?legg\w*  \blett[ieoa]\b  \bscansion\w*  \besegu\w*  \b(?:ri)?calcol\w*  \btrov\w*  \braggrupp\w*
    \bscriv\w*
    \b(?:od|prze)?czyt\w*  \bprzegląd\w*  \bwykon\w*  \bliczon\w*  \bobliczan\w*  \bznajd\w*  \bgrupow\w*  \błącz\w*
    чита\w*  перечит\w*  чтени\w*  выполн\w*  вычисл\w*  счита\w*  находит\w*  группир\w*  скан\w*  просм\w*
    отбрас\w*
    扫描  掃描  读  讀  计算  計算  执行  執行  查找  找到  过滤  分组  連接  连接
    読  走査  実行  集計  見つか  結合  スキャン
    捨て  書き出
""")
REPEATED = _any(r"""
    \bcorrelat\w*  \bkorrel\w*  \bcorrél\w*  \bcorrelacion\w*  \bskorelowan\w*  коррел\w*
    \bsub[\s-]?(?:quer|select|plan)\w*  \bunterabfrage\w*  \bsous[\s-]requ\w*  \bsubconsulta\w*  \bsottoquery\b
    \bpodzapyt\w*  подзапрос\w*  子查询  サブクエリ  \bn\s?\+\s?1\b  \bonce\s(?:per|for)\b  \bper[\s-](?!cent)\w+
    \b(?:each|every)\b  \bagain\b  \bover\sand\sover\b  \brepeat\w*  \bquadratic\w*
    \bre-?(?:run|evaluat|execut|comput|calculat|read|scan)\w*  (?<!nested\s)(?<!nested-)\bloops?\b
    \b[\d,.]+(?:\stimes|\s?x|-mal|\smal|\sfois|\sveces|\svezes|\svolte|\srazy)\b(?!\s(?:fast|less|quick|few|bett|small))
    \bpro\s(?:zeile|kund\w*|person)\b  \bjede\w*  \berneut\b  \bchaque\b  \bpour\schaque\b  \bcada\b  \bogn(?:i|uno)\b
    \bdi\snuovo\b  \bde\s(?:novo|nuevo)\b  \bà\snouveau\b  \bkażd\w*  \bod\snowa\b  кажд\w*  заново  снова
    每  重复  重複  ごと  毎  各行  繰り返
""")
ONCE = _any(r"""
    \bonce\b  \bone\stime\b  \bin\sone\sgo\b  \b(?:one|single)\s(?:pass|scan|read|aggregat\w*|join|query|fetch)\b
    \bonly\sone\b  \bsame\sfetch\b  \beinmal\b  \b(?:une\sseule|une)\sfois\b  \buna\s(?:sola\s)?vez\b
    \buma\s(?:só\s|única\s)?vez\b
    \buna\s(?:sola\s)?volta\b  \b(?:jeden\s)?raz\b  один.раз  一次  一度  一回  まとめて
    (?<!\bthe\s)\bjoin(?:s|ed|ing)?\b  \bgroup(?:ed|s|ing)?\sby\b  \b(?:group|hash)aggregate\b  \baggregat\w*
    \bwindow\w*
    \blateral\w*  \bfensterfunktion\w*  \bfenêtrage\b  \bventana\b  \bjanela\b  \bfinestra\b  \bfunkcj\w+\sokna\b
    оконн\w*  窗口函数  ウィンドウ関数  \bpre-?aggregat\w*  \bdecorrelat\w*
""")
FUNCTION = _any(r"""
    \bfunction\w*  \bfunktion\w*  \bfonction\w*  \bfunci[oó]n\w*  \bfunzion\w*  \bfunç\w*  \bfunkcj\w*  функци\w*
    函数  関数
    \bwrap\w*  \b(?:non[\s-]?)?sarg\w*  \bexpression\w*  \bausdr[uü]ck\w*  \bexpres[ií]on\w*  \bcast\w*
    \bdate\(\w*  \bto_char\b  \bdate_trunc\b  \bextract\b  \blower\b  \bupper\b  \bdate_part\b
    \bbare\scolumn\b  \bhalf[\s-]?open\b  \brange\b(?![\s-](?:scan|search|look|access)\w*)
    \bhalboffen\w*  \bbereich\w*  \bintervall?\w*  \brango\b
    приведен\w*  интервал\w*  диапазон\w*  区间  範囲  >=
""")
FENCE = _any(r"""
    \bctes?\b  \bwith[\s-](?:clause|quer)\w*  \bmat[eé]riali[sz]\w*  \bmaterialis\w*  \bfence\w*  \bbarri?[eè]r\w*
    \bbarreira\b
    \binlin\w*  \bpush\w*  \bintermediate\b  \btemporary\slist\b  \bzwischenergebnis\w*  материализ\w*
    物化  マテリアライズ
    \b(?:filter\w*|restrict\w*|select\w*|f[io]nd\w*|found)\b[^.]{0,60}\b(?:first|before|early|earlier)\b
    \bfirst\b[^.]{0,60}\b(?:filter|find|select|restrict)\w*  \bbefore\b[^.]{0,40}\bjoin\w*
    \bonly\s(?:then|the\shits|for\sthe)\b
    \bzuerst\b  \bzunächst\b  \berst\sdanach\b  \bd'abord\b  \bensuite\sseulement\b  \bprimero\b  \bprimeiro\b
    \bprima\b
    \bnajpierw\b  сначала  首先  先に
""")
SPILL = _any(r"""
    \bspill\w*  \bexternal\s(?:merge|sort)\b  \btemp(?:orary)?[\s_-](?:files?|blocks?|space|list|reads?|writ\w+)\b
    \btemp\b
    \b(?:to|on|from)\sdisk\b  \bfits?\b[^.]{0,30}\bmemory\b  \bplatte\b  \baus(?:ge)?lager\w*
    \blagert\b
    \btempor[äa]r\w*  \bfichiers?\stemporaires?\b  \bblocs?\stemporaires?\b  \barchivos?\stemporales?\b
    \bbloques?\stemporales?\b  \barquivos?\stempor\w+  \bfile\stemporane\w+  \btymczas\w+  \bno\scabe\b
    временн\w+  диск\w*  临时  磁盘  一時  ディスク
""")
NOT_IN_LIST = _any(r"\bnot[\s`]+in\b(?!\s(?:the|this|a|my|all|any)\b)")
NOT_IN = _any(r"""
    \bnot[\s`]+in\b  \bnot[\s`]+exists\b  \banti[\s-]?join\w*  \banti[\s-]?jointure\w*  \bhashed\b  \bhash\stable\b
    \bblocked\b  \bgesperrt\w*  \bbloqu\w+  \bbloccat\w*  \bzablokowan\w*  заблок\w*  反连接  アンチ結合
""")
OR = re.compile(
    r"(?-i:\bOR\b|\bODER\b|\bOU\b)|\bbitmap\s?or\b|\bunion\b|\bcombin\w+|\bkombinier\w+"
    r"|\b(?:two|both|each|zwei|beide\w*"
    r"|deux|dos|due|duas|dois|dwa|dwie)\s(?:\w+\s)?"
    r"(?:index\w*|indi[cz]\w*|índices|columns?|spalten|colonnes|columnas)\b"
    r"|\bone\sfor\s(?:the\s)?\w+|\b(?:ship|bill)_country\b|两个|二つ",
    re.IGNORECASE,
)
LESS = _any(r"""
    \binstead\b  \bonly\b  \bfirst\b  \bearl\w*  \bbefore\b  \bless\b  \bfewer\b  \bno\slonger\b  \bonce\b  \breduc\w*
    \bgone\b  \bavoid\w*  \bwithout\b  \bone\b  \bsingle\b  \bnur\b  \bstatt\b  \bweniger\b  \bkein\w*  \beinmal\b
    \bseulement\b  \bmoins\b  \bau\slieu\b  \bplus\sde\b  \bsólo\b  \bsolo\b  \bmenos\b  \ben\slugar\b  \bya\sno\b
    \bapenas\b  \bsó\b  \bem\svez\b  \binvece\b  \bmeno\b  \btylko\b  \bzamiast\b  \bmniej\b
    только  вместо  больше.нет  меньше  只  不再  だけ  不要  代
""")
STATISTICS = _any(
    r"\bstatist\w*  \bestimat\w*  \bschätz\w*  \bestim\w*  \bstatystyk\w*  статистик\w*  оценк\w*  统计  統計  見積"
)
BTREE = _any(r"\bb-?tree\b")
UNSURE = _any(r"""
    \?  \bnot\ssure\b  \bmaybe\b  \bperhaps\b  \bno\sidea\b  \bdon't\sknow\b  \bvielleicht\b  \bpeut-être\b  \bquizás?\b
    \btalvez\b  \bforse\b  \bmoże\b
""")
