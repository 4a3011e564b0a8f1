"""Makes fonts/math-marks.woff2, four signs of STIX Two Math moved to where browsers need them.

Browsers raise a prime twice, once in the glyph and once as a superscript, and hang the arrow of
\\vec to the left of its letter. Here the primes are as large as a superscript makes them small, and
lower, and the arrow has a width of its own. Run it beside the folder fonts, with fonttools and brotli.
"""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

# The character, the glyph that is drawn for it, its size, how far it moves right and up, its width.
MARKS = [
    (0x2032, "minute", 1.45, -50, -490, 320),
    (0x2033, "second", 1.45, -50, -490, 525),
    (0x2034, "uni2034", 1.45, -50, -490, 730),
    (0x20D7, "uni20D7", 1, 470, 0, 500),
]

source = TTFont("fonts/stix-two-math.woff2")
glyphs = source.getGlyphSet()


def moved(name, size, right, up, width):
    pen = T2CharStringPen(width, None)
    if name:
        cubic = Qu2CuPen(pen, 1, all_cubic=True)
        glyphs[name].draw(TransformPen(cubic, (size, 0, 0, size, right, up)))
    return pen.getCharString()


names = {code: f"uni{code:04X}" for code, *_ in MARKS}
drawn = {names[code]: moved(*how) for code, *how in MARKS}
widths = {names[code]: (width, 0) for code, *_, width in MARKS}

font = FontBuilder(source["head"].unitsPerEm, isTTF=False)
font.setupGlyphOrder([".notdef", *names.values()])
font.setupCharacterMap(names)
font.setupCFF("BookMathMarks", {}, {".notdef": moved(None, 1, 0, 0, 500), **drawn}, {})
font.setupHorizontalMetrics({".notdef": (500, 0), **widths})
font.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
font.setupNameTable({
    "familyName": "Book Math Marks",
    "styleName": "Regular",
    "copyright": "Derived from STIX Two Math, The STIX Fonts Project Authors; OFL 1.1",
})
font.setupOS2(sTypoAscender=806, sTypoDescender=-194, usWinAscent=1127, usWinDescent=1007)
font.setupPost()
# Shapers take the width from combining marks; a base glyph keeps it.
font.addOpenTypeFeatures("table GDEF { GlyphClassDef [uni20D7],,,; } GDEF;")
font.font.flavor = "woff2"
font.font["head"].created = font.font["head"].modified = source["head"].created
font.font.recalcTimestamp = False
font.save("fonts/math-marks.woff2")
