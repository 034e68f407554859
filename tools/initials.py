#!/usr/bin/env python3
"""Makes schema/initial_table.h out of the Unicode Character Database's Unihan readings.

usage: initials.py Unihan_Readings.txt[.bz2] OUT.h

The table is kept with the sources, so that a build needs no database of Unicode (Debian
package unicode-data); run this again for a newer version of it.
"""
import bz2
import re
import sys
import unicodedata

FIRST, LAST = 0x4E00, 0x9FFF
WIDTH = 64
NOTICE = """/* Made by tools/initials.py; do not edit.
 *
 * First letter of the Mandarin reading of U+%04X .. U+%04X, '.' without one: derived
 * (a modification) from the field kMandarin of %s of Unicode %s.
 * Copyright (c) 1991-2022 Unicode, Inc.  Distributed under the Unicode data files and
 * software license, see https://www.unicode.org/license.txt. */
"""


def letter(reading):
    plain = unicodedata.normalize("NFD", reading)[0].upper()
    if not re.fullmatch("[A-Z]", plain):
        sys.exit("initials.py: no letter in %r" % reading)
    return plain


def main(source, out):
    read = bz2.open if source.endswith(".bz2") else open
    letters, version = ["."] * (LAST - FIRST + 1), "?"
    with read(source, "rt", encoding="utf-8") as f:
        for line in f:
            if line.startswith("# Unicode version:"):
                version = line.split(":")[1].strip()
            m = re.match(r"U\+([0-9A-F]+)\tkMandarin\t(\S+)", line)
            if m and FIRST <= int(m[1], 16) <= LAST:
                letters[int(m[1], 16) - FIRST] = letter(m[2])
    with open(out, "w", encoding="ascii") as f:
        f.write(NOTICE % (FIRST, LAST, "Unihan_Readings.txt", version))
        f.write("#define INITIAL_FIRST 0x%Xu\n#define INITIAL_LAST 0x%Xu\n" % (FIRST, LAST))
        f.write("#define INITIAL_TABLE")
        for at in range(0, len(letters), WIDTH):
            f.write(' \\\n\t"%s"' % "".join(letters[at:at + WIDTH]))
        f.write("\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
