"""Words by which claims about plans are recognised, in the languages that explanations come in."""

from __future__ import annotations

import re


def _any(patterns: str) -> re.Pattern[str]:
    """Any of the patterns, which are set apart by blanks; a blank inside one is written as `s` with a backslash."""
    return re.compile("|".join(patterns.split()), re.IGNORECASE)


SEQ_SCAN = _any(r"""
    \bseq(?:uential(?:ly)?|\.)?[\s_-]*scan\w*  \bfull[\s-]*(?:table[\s-]*)?scan\w*  \btable[\s-]*scan\w*
    \bscans?\s(?:all|the\s(?:whole|entire|full))\b  \bread(?:s|ing)?\s(?:all|the\s(?:whole|entire|full))\b
""")
INDEX = _any(r"\bindex\w* \bindices\b \bíndice\w* \bindice\w* \bindeks\w* индекс\w* 索引 インデックス")
USES = _any(r"""
    \buse[sd]?\b  \busing\b  \bvia\b  \bthrough\b  \bnow\s(?:reads|goes|hits)\b  \bindex(?:\sonly)?\sscan\b
    \bthanks\sto\b  \bserves?\b  \bnutzt\b  \bbenutzt\b  \bverwendet\b  \butilise\b  \busa\b
""")
SPILL = _any(r"\bspill\w* \bexternal\s(?:merge|sort)\b \btemp(?:orary)?\s(?:file|block)s?\b")
FASTER = _any(r"""
    \bfaster\b  \bspeed(?:s|ed)?[\s-]?up\b  \b\d[\d.,]*\s*(?:x|×)(?!\w)  \bschneller\b  \bplus\srapide\b
    \bmás\srápid\w*
""")
REPEATED = _any(r"""
    \bcorrelat\w*  \bkorrel\w*  \bcorrél\w*  \bcorrelacion\w*  \bsub[\s-]?(?:quer|select|plan)\w*  \bunterabfrage\w*
    \bsous[\s-]requ\w*  \bsubconsulta\w*  \bn\s?\+\s?1\b  \bonce\s(?:per|for)\b  \bper[\s-]\w+
    \b(?:for\s)?(?:each|every)\b  \bpro\s(?:zeile|kund\w*)\b  \bjede\w*\b  \bchaque\b  \bcada\b  \bagain\sand\sagain\b
    \brepeat\w*  \bre-?(?:run|evaluat|execut|comput|calculat|read|scan)\w*  \bloops?\b  \bquadratic\w*
    \b[\d,.]+\stimes\b(?!\s(?:fast|less|quick|few|bett|small))
""")
REWRITTEN = _any(r"""
    \bonce\b  \b(?:one|single)\s(?:pass|scan|read|aggregat\w*|join|query)\b  \bonly\sone\b  \beinmal\b
    \buna\s(?:sola\s)?vez\b  \bjoin\w*  \bgroup(?:ed|s|ing)?\sby\b  \b(?:group|hash)aggregate\b  \baggregat\w*
    \bwindow\w*  \blateral\w*  \bcte\w*  \bwith[\s-]clause\w*  \bfilter\w*  \bsargable\b  \brange\b  \bunion\b
    \bmateriali[sz]\w*  \bpre-?aggregat\w*  \bunnest\w*  \bdecorrelat\w*  \bpush\w*
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
    \bno(?:t|r|ne)?\b  n't\b  \bnever\b  \bwithout\b  \bwould\b  \bcould\b  \bmight\b  \bmay\b  \bshould\b  \bif\b
    \bconsider\w*  \btried\b  \btry\b  \breject\w*  \bdropp\w*  \balternativ\w*  \bavoid\w*  \bunnecessary\b
    \bunless\b  \binstead\sof\b  \brather\sthan\b  \bdecided\sagainst\b  \?  \bnicht\b  \bkein\w*  \bohne\b
    \bwürde\w*  \bkönnte\w*  \bsans\b  \bpas\b  \bsin\b  \bnão\b  \bsem\b  \bnon\b  \bsenza\b
""")
INDEX_NAME = re.compile(r"\b(?:idx_\w+|ix_\w+|\w+_idx\d*|\w+_index|\w+_pkey)\b", re.IGNORECASE)
NOT_NAMES = {"idx_scan", "idx_tup_read", "idx_tup_fetch", "create_index", "no_index", "each_index"}
NODE_TYPES = _any(r"""
    \bseq(?:uential)?[\s_-]?scan\w*  \bindex(?:[\s-]only)?[\s_-]?scan\w*  \bbitmap\s(?:heap\s|index\s)?scan\w*
    \bnested[\s-]loop\w*  \bhash(?:[\s_-](?:left|right|semi|anti))?[\s_-]?join\w*  \bmerge[\s_-]?(?:left\s)?join\w*
    \bsub[\s-]?plan\w*  \binit[\s-]?plan\w*  \b(?:hash|group)?aggregate\b  \bwindowagg\w*  \bmemoize\b
    \bmateriali[sz]e\b  \bcte\sscan\b  \bexternal\s(?:merge|sort)\b  \bquicksort\b  \btop-n\sheapsort\b
    \bincremental\ssort\b  \bfull\s(?:table\s)?scan\w*
""")
UNITS = _any(r"""
    \bms\b  \bmillisec\w*  \bsec(?:ond)?s?\b  (?<=\d)\s?s\b  \bµs\b  \bmin(?:ute)?s?\b  \bbuffers?\b  \bblocks?\b
    \bpages?\b  \brows\b  \bcosts?\b  (?<=\d)\s?x\b  ×  %  \btimes\b  \bsekunden\b  \bzeilen\b  \blignes\b  \bfilas\b
    \btime\b  \bruntime\b  \blaufzeit\b  \bshared\shit\b  \bduration\b
""")
NUMBER = re.compile(
    r"(?<![\w.,-])\d{1,3}(?:[,_ \u202f']\d{3})+(?:\.\d+)?(?!\w)"
    r"|(?<![\w.,])\d+(?:[.,]\d+)?(?=\s?(?:ms|s|x|k|kb|mb)?\b|[^\w]|$)",
    re.IGNORECASE,
)
ENGLISH = {"the", "is", "and", "of", "to", "in", "with", "for", "that", "was", "a", "it", "by", "on", "this", "which"}
