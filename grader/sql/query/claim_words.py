"""Words by which claims about plans are recognised, in the languages that explanations come in."""

from __future__ import annotations

import re


def _any(patterns: str) -> re.Pattern[str]:
    """Any of the patterns, which are set apart by blanks; a blank inside one is written as `s` with a backslash."""
    return re.compile("|".join(patterns.split()), re.IGNORECASE)


SEQ_SCAN = _any(r"""
    \bseq(?:uential(?:ly)?|\.)?[\s_-]*scan\w*  \bfull[\s-]*(?:table[\s-]*)?scan\w*  \btable[\s-]*scan\w*
    \bscans?\s(?:all|the\s(?:whole|entire|full))\b  \bread(?:s|ing)?\s(?:all|the\s(?:whole|entire|full))\b
    \bvolltabellen-?scan\w*  \bvollständig\w*\sdurchl\w+  \b(?:ganze|gesamte)\stabelle\b  \btoute\sla\stable\b
    \bparcours\sséquentiel\w*  \btoda\sla\s(?:tabla|lista)\b  \bpor\scompleto\sla\stabla\b  \btoda\sa\stabela\b
    \btabela\s\S+\sinteira\b
    \b(?:escaneo|recorrido)s?\ssecuencial\w*  \btutta\sla\stabella\b  \bscansion[ei]\ssequenzial[ei]\b
    \bcałą\stabelę\b  \bpełne\sprzeglądanie\b  всю.таблиц\w*  полно\w+.чтени\w*  全表扫描  全件走査  全表
""")
INDEX = _any(r"\bindex(?!ing)\w* \bindices\b \bíndice\w* \bindice\w* \bindeks\w* индекс\w* 索引 インデックス")
USES = _any(r"""
    \buse[sd]?\b  \busing\b  \bvia\b  \bthrough\b  \bnow\s(?:reads|goes|hits)\b  \bindex(?:\sonly)?\sscan\b
    \bthanks\sto\b  \bserves?\b  \bnutzt\b  \bbenutzt\b  \bverwendet\b  \butilise\b  \busa\b  \bgenutzt\b
    \busad[oa]s?\b  \butilisée?s?\b  \bużyw\w*  использу\w*  使用
""")
SPILL = _any(r"\bspill\w* \bexternal\s(?:merge|sort)\b \btemp(?:orary)?\s(?:file|block)s?\b")
CREATES = _any(r"""
    \bcreat\w*  \badd(?:s|ed|ing)?\b  \bnew\sindex\b  \bbuil[dt]s?\b  \bintroduc\w*  \bdefin\w*  \bmade\b
    \bangelegt\b  \berstellt?\w*  \bcréé\w*  \bcreé\b  \bcreado\w*
""")
FASTER_IN_WORDS = _any(r"""
    \bfaster\b  \bspeed(?:s|ed)?[\s-]?up\b  \bschneller\b  \bplus\srapide\b  \bmás\srápid\w*
""")
FASTER = _any(r"""
    \bfaster\b  \bspeed(?:s|ed)?[\s-]?up\b  \b\d[\d.,]*\s*(?:x|×)(?!\w)  \bschneller\b  \bplus\srapide\b
    \bmás\srápid\w*
""")
REPEATED = _any(r"""
    \bcorrelat\w*  \bkorrel\w*  \bcorrél\w*  \bcorrelacion\w*  \bsub[\s-]?(?:quer|select|plan)\w*  \bunterabfrage\w*
    \bsous[\s-]requ\w*  \bsubconsulta\w*  \bn\s?\+\s?1\b  \bonce\s(?:per|for)\b  \bper[\s-]\w+
    \b(?:for\s)?(?:each|every)\b  \bpro\s(?:zeile|kund\w*)\b  \bjede\w*\b  \bchaque\b  \bcada\b  \bagain\sand\sagain\b
    \brepeat\w*  \bre-?(?:run|evaluat|execut|comput|calculat|read|scan)\w*  \bquadratic\w*
    (?<!nested\s)(?<!nested-)\bloops?\b
    \b[\d,.]+\stimes\b(?!\s(?:fast|less|quick|few|bett|small))
""")
REWRITTEN = _any(r"""
    \bonce\b  \b(?:one|single)\s(?:pass|scan|read|aggregat\w*|join|query)\b  \bonly\sone\b  \beinmal\b
    \buna\s(?:sola\s)?vez\b  (?<!\bthe\s)\bjoin\w*  \bgroup(?:ed|s|ing)?\sby\b  \b(?:group|hash)aggregate\b
    \baggregat\w*  \bwindow\w*  \blateral\w*  \bcte\w*  \bwith[\s-]clause\w*  \bfilter\w*  \bsargable\b
    \brange\b  \bunion\b  \bmateriali[sz]\w*  \bpre-?aggregat\w*  \bunnest\w*  \bdecorrelat\w*  \bpush\w*
""")
CLEARLY_BEFORE = _any(r"""
    \boriginal\w*  \bbefore\b  \bold\b  \bgiven\b  \binitial\w*  \bprevious\w*  \bformer\w*
    \bslow\s(?:query|version|plan)\b  \bvorher\b  \balte[rsn]?\b  \bavant\b  \bantes\b
""")
FEWER = _any(r"""
    \b\d[\d.,]*\b  \bscans\b  \bone\b  \bonce\b  \bonly\b  \bsingle\b  \bjust\b  \btwo\b  \bthree\b  \bfour\b
    \bfive\b  \bmany\b  \bmost\b  \bfewer\b  \bless\b  \bkept\b  \bkeep\w*  \bremain\w*  \bstill\b  \bstays?\b
    \bbelow\b  \bunder\b  \binside\b  \bwithin\b  \btrigger\w*  \bsub\w*  \bnested\b  \binner\b
    \beinmal\w*  \beine[nmrs]?\b  \bnur\b  \bmehrere\w*  \bbleib\w*
    \bune?\b  \bqu'une?\b  \bseule?\b  \breste\w*  \bplusieurs\b  \bun[ao]?\b  \bsol[ao]\b  \bqueda\w*
""")
HYPOTHETICAL = _any(r"""
    \bwould\b  \bcould\b  \bcan(?:not|'t)?\b  \bmight\b  \bmay\b  \bshould\b  \bif\b  \bunless\b  \bworth\b
    \bimpossible\b  \btried\b  \btry\w*  \bwanted\b  \balternativ\w*  \bconsider\w*  \?
    \bwürde\w*  \bkönnte\w*  \bwäre\w*  \bhätte\w*
    \bwenn\b  \bserait\b  \baurait\b  \bpourrait\w*  \bsi\b  \bsería\b  \bpodría\w*  \bhabría\b
""")
BEFORE = _any(r"""
    \boriginal\w*  \bbefore\b  \bold\b  \bgiven\b  \binitial\w*  \bprevious\w*  \bformer\w*  \bused\sto\b  \bwas\b
    \bwere\b  \bslow\s(?:query|version|plan)\b  \bvorher\b  \balte[rsn]?\b  \bavant\b  \bantes\b
""")
AFTER = _any(r"""
    \bafter\b  \bnew\b  \bnow\b  \brewritten\b  \boptimi[sz]ed\b  \bfinal\b  \bimproved\b
    \bmy\s(?:query|version|plan)\b  \bsubmitted\b  \bresulting\b  \bno\slonger\b  \bstill\b  \bnachher\b
    \bneue[rsn]?\b  \bjetzt\b  \baprès\b  \bahora\b
""")
GONE = _any(r"""
    \bno\slonger\b  \bnot?\s(?:a\s|any\s)?(?=seq|full|table|sequential)  \bavoid\w*  \beliminat\w*  \bremov\w*
    \binstead\sof\b  \brather\sthan\b  \breplac\w*  \bgone\b  \bget(?:s|ting)?\srid\b  \bnever\b  \bwithout\b
    \bturn(?:s|ed)?\sinto\b  \bbecomes?\b  \bdisappear\w*  \bstatt\b  \bau\slieu\b  \ben\slugar\b  \bkein\w*\b
""")
DOUBTFUL = _any(r"""
    \bnothing\b  \bnichts\b  \brien\b  \bnada\b  \bniente\b
    \bthought\b  \bbeliev\w*  \bexpected\b  \bassum\w*  \bsuspect\w*
    \bdachte\b  \bglaubte\b
    \bno(?:t|r|ne)?\b  n't\b  \bnever\b  \bwithout\b  \bwould\b  \bcould\b  \bmight\b  \bmay\b  \bshould\b  \bif\b
    \bconsider\w*  \btried\b  \btry\b  \breject\w*  \bdropp\w*  \balternativ\w*  \bavoid\w*  \bunnecessary\b
    \bunless\b  \binstead\sof\b  \brather\sthan\b  \bdecided\sagainst\b  \?  \bnicht\b  \bkein\w*  \bohne\b
    \bremov\w*  \bdiscard\w*  \babandon\w*  \bdelet\w*  \bdrop\b  \brevert\w*  \bexperiment\w*  \bfirst\b
    \binitially\b  \bearlier\b  \bredundant\w*  \bsuperfluous\b  \buseless\b  \bunused\b  \bneither\b  \bnor\b
    \bverw[oa]rf\w*  \bentfern\w*  \bgelöscht\w*  \bwäre\w*  \bhätte\w*  \bzuerst\b  \bzunächst\b  \büberflüssig\w*
    \bunnötig\w*  \bweder\b  \bsupprim\w*  \bretir\w*  \bessay\w*  \bserait\b  \baurait\b  \bpourrait\b  \bd'abord\b
    \binutile\w*  \bni\b  \bsería\b  \bhabría\b  \bpodría\b  \bprobé\b  \bquit\w*  \belimin\w*  \bdescart\w*
    \binútil\w*  \bsarebbe\b  \btolt\w*  \bseria\b
    \bwürde\w*  \bkönnte\w*  \bsans\b  \bpas\b  \bsin\b  \bnão\b  \bsem\b  \bnon\b  \bsenza\b
""")
INDEX_NAME = re.compile(r"\b(?:idx_\w+|ix_\w+|\w+_idx\d*|\w+_index|\w+_pkey)\b", re.IGNORECASE)
NOT_NAMES = {"idx_scan", "idx_tup_read", "idx_tup_fetch", "create_index", "no_index", "each_index"}
NODE_TYPES = _any(r"""
    \bseq(?:uential)?[\s_-]?scan\w*  \bindex(?:[\s-]only)?[\s_-]?scan\w*  \bbitmap\s(?:heap\s|index\s)?scan\w*
    \bnested[\s-]loop\w*  \bhash(?:[\s_-](?:left|right|semi|anti))?[\s_-]?join\w*  \bmerge[\s_-]?(?:left\s)?join\w*
    \bsub[\s-]?plan\w*  \binit[\s-]?plan\w*  \b(?:hash|group)?aggregate\b  \bwindowagg\w*  \bmemoize\b
    \bmateriali[sz]e\b  \bcte\sscan\b  \bexternal\s(?:merge|sort)\b  \bquicksort\b  \btop-n\sheapsort\b
    \bbitmap\s?(?:or|and)\b  \bbitmap\b(?!\sindex)  \b(?:hash(?:ed)?|nested|merge)?\s?(?:anti|semi)[\s-]?join\w*
    \banti[\s-]?jointure\w*  \bhashed\ssub\w*  \bboucles?\simbriquée?s?\b  \bindex\s(?:range\s)?look-?ups?\b
    \bvollständig\w*\sdurchl\w+  \bparcourt\stoute\b  \brecorr\w+\s(?:por\scompleto|toda)\b  \brilegge\stutta\b
    \bpercorre\sa\stabela\s\S+\sinteira  \bprzegląda\scałą\b  читает.\w*.?всю  全表扫描  全件走査  アンチ結合
    \bincremental\ssort\b  \bfull\s(?:table\s)?scan\w*  \btable[\s-]?scan\w*  \bvolltabellen-?scan\w*
    \bparcours\sséquentiel\w*  \b(?:escaneo|recorrido)s?\ssecuencial\w*  \bsequen[tz]i\w+\sscan\w*
    \bscansion[ei]\ssequenzial[ei]\b
""")
SUBQUERY = _any(r"""
    \bsub[\s-]?(?:quer|select|plan)\w*  \bcorrelat\w*  \bkorrel\w*  \bunterabfrage\w*  \bcorrél\w*  \bsous[\s-]requ\w*
    \bcorrelacion\w*  \bsubconsulta\w*  \bsottoquery\b  \bn\s?\+\s?1\b  подзапрос\w*  子查询  サブクエリ
""")
NODE_PARTS = {"sort", "limit", "result", "append", "hash", "scan", "join", "gather", "unique", "node", "nodes", "plan"}
CAUSE = _any(r"""
    \bbecause\b  \bsince\b  \bso\b  \btherefore\b  \bthus\b  \bhence\b  \bdue\sto\b  \bcaus\w*  \bwhy\b  \breason\w*
    \binstead\b  \breplac\w*  \bremov\w*  \bdisappear\w*  \bgone\b  \bbecame\b  \bbecomes?\b  \bturn(?:s|ed)\b
    \btook\b  \bspen[dt]\w*  \bdominat\w*  \bbottleneck\w*  \bexpensive\b  \bread(?:s|ing)?\b  \bscann\w+
    \bfilter\w*  \bdiscard\w*  \bthrow\w*  \bruns?\b  \bran\b  \bexecut\w*  \bfeed\w*  \bavoid\w*  \bprobe\w*
    \bweil\b  \bdadurch\b  \bdaher\b  \bdeshalb\b  \bstatt\b  \bersetz\w*  \bliest\b  \blas\b  \bläuft\b  \blief\w*
    \bparce\sque\b  \bcar\b  \bdonc\b  \bremplac\w*  \blit\b  \blisait\b  \bau\slieu\b  \bporque\b  \breemplaz\w*
    \blee\b  \bleía\b  \ben\s(?:vez|lugar)\b  \bperché\b  \binvece\b  \blegge\w*  \bpois\b  \blia\b
    потому  вместо  читал\w*  因为  代替  扫描
""")
SUPPOSED = _any(r"""
    \bwould(?!n't\ssurprise)\b  \bmight\b  \bcould\sbe\b  \bwürde\w*  \bkönnte\w*  \bserait\b  \bpourrait\b
    \bsería\b  \bpodría\b
    \bseria\b  \bpoderia\b  \bsarebbe\b  \bpotrebbe\b  \bbyłob\w*
""")
FOR_EACH = _any(r"""
    \b(?:for|per|with)\s(?:each|every)\b  \bonce\s(?:per|for)\b  \bper\s(?:row|customer|person|order)\b
    \bevery\s(?:single\s)?time\b
    \bfür\sjede\w*  \bpro\s(?:zeile|kund\w*|person)\b  \bpour\schaque\b  \bpor\scada\b  \bpara\scada\b
    \bper\sogn\w+  \bdla\skażde\w*  для.каждо\w+  每个  ごと
""")
FACTOR = re.compile(
    r"(\d[\d.,]*)\s?(?:x\b|×|-?fold\b|-?fach|times\s(?:fast|less|few)\w*|mal\sschneller|fois\splus|veces\smás|倍)",
    re.IGNORECASE,
)
ARROW = re.compile(r"→|⇒|->|=>|➜")
QUANTIFIED = _any(r"""
    \bevery\b  \beach\b  \ball\b  \balways\b  \bonly\b  \bnever\b  \bonce\b  \btwice\b  \bper[\s-]\w+  \bwhole\b
    \bentire\w*  \bnone\b  \bboth\b  \b(?:two|three|four|five|\d[\d,.]*)\s(?:\w+\s)?(?:times|loops|sub\w+)\b
    (?<!nested\s)(?<!nested-)\bloops?\b  \b\d[\d,.]*\s?[x×](?!\w)  \bjede\w*  \balle[rsn]?\b  \bimmer\b  \bnur\b
    \beinmal\b  \bpro\b  \bchaque\b  \btou(?:t|s|te|tes)\b  \btoujours\b  \bcada\b  \btod[oa]s?\b  \bsiempre\b  \bogni\b
    \btutt[ieoa]\b  кажд\w*  все\b  每  各
""")
NUMBER = re.compile(
    r"(?<![\w.,-])\d{1,3}(?:[,_ \u00a0\u2009\u202f'\u2019]\d{3})+(?:\.\d+)?(?!\w)"
    r"|(?<![A-Za-z_0-9.,])\d+(?:[.,]\d+)?(?:e[+-]?\d+)?(?=\s?[a-zµ]{0,12}\b|[^\w]|[^\x00-\x7f]|$)",
    re.IGNORECASE,
)
ENGLISH = {"the", "is", "and", "of", "to", "in", "with", "for", "that", "was", "a", "it", "by", "on", "this", "which"}
OTHER_LANGUAGES = {
    *("der", "die", "das", "und", "ist", "nicht", "ein", "eine", "auf", "jetzt", "wird", "den", "für", "mit", "pro"),
    *("le", "la", "les", "et", "est", "une", "des", "sur", "pour", "dans", "du", "chaque", "maintenant", "avec"),
    *("el", "los", "las", "y", "es", "una", "por", "para", "con", "cada", "ahora", "del", "que", "en"),
    *("il", "lo", "gli", "ogni", "per", "adesso", "sono", "o", "os", "um", "uma", "com", "agora", "do", "da", "não"),
    *("het", "een", "van", "voor", "niet", "met", "og", "och", "på", "för", "nu", "jest", "nie", "dla"),
}
OTHER_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\ud7ff]")
