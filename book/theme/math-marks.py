"""Makes fonts/math-marks.woff2, four signs of Latin Modern Math moved to where browsers need them.

Browsers raise a prime twice, once in the glyph and once as a superscript, and hang the arrow of
\\vec to the left of its letter. Here the primes are the font's own variants for superscripts, and
the arrow has a width of its own. Run it beside the folder fonts, with fonttools and brotli.
"""

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

# The character, the glyph that is drawn for it, how far it moves to the right, its width.
MARKS = [
    (0x2032, "minute.st", -30, 370),
    (0x2033, "uni2033.st", -30, 610),
    (0x2034, "uni2034.st", -30, 850),
    (0x20D7, "uni20D7", 514, 500),
]

source = TTFont("fonts/latinmodern-math.woff2")
glyphs = source.getGlyphSet()


def moved(name, right, width):
    pen = T2CharStringPen(width, None)
    if name:
        glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, right, 0)))
    return pen.getCharString()


names = {code: f"uni{code:04X}" for code, *_ in MARKS}
drawn = {names[code]: moved(name, right, width) for code, name, right, width in MARKS}
widths = {names[code]: (width, 0) for code, _, _, width in MARKS}

font = FontBuilder(source["head"].unitsPerEm, isTTF=False)
font.setupGlyphOrder([".notdef", *names.values()])
font.setupCharacterMap(names)
font.setupCFF("BookMathMarks", {}, {".notdef": moved(None, 0, 500), **drawn}, {})
font.setupHorizontalMetrics({".notdef": (500, 0), **widths})
font.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
font.setupNameTable({
    "familyName": "Book Math Marks",
    "styleName": "Regular",
    "copyright": "Derived from Latin Modern Math, GUST e-foundry; GUST Font License",
})
font.setupOS2(sTypoAscender=806, sTypoDescender=-194, usWinAscent=1127, usWinDescent=1007)
font.setupPost()
# Shapers take the width from combining marks; a base glyph keeps it.
font.addOpenTypeFeatures("table GDEF { GlyphClassDef [uni20D7],,,; } GDEF;")
font.font.flavor = "woff2"
font.font["head"].created = font.font["head"].modified = source["head"].created
font.font.recalcTimestamp = False
font.save("fonts/math-marks.woff2")
