# SPDX-License-Identifier: Apache-2.0
"""The text model's featuriser: the specification, in Python. src/match/text_model.cpp is the same in C++ and a test holds both to
tests/text_model_vectors.tsv.

1. Characters. UTF-8; a byte that is no character counts as a break. Each character is looked up in the folding table (full-width, accented,
   mathematical and look-alike letters to their plain lower-case letter; zero-width characters, soft hyphens, apostrophes, marks to nothing).
   Not in the table: ASCII capitals are lowered; ASCII letters and digits, and characters from U+00AA on that are no blanks or
   punctuation (U+2000-U+2BFF, U+3000-U+303F, U+FE10-U+FE6F), belong to words; everything else breaks words.
2. Words are runs of such characters. Characters of U+3040-U+9FFF and U+AC00-U+D7AF (kana, Han, Hangul) and U+20000-U+2FFFF are words of
   their own. A word's hash is FNV-1a (64 bit) over its UTF-8 bytes; its stem's hash the same after five characters (no stem: the word's own).
3. Each word adds five features: itself, its stem, the pair and the triple with the words before, and the pair that skips one. Before the
   text stand words of hash 1. A feature's number is the top bits of its mixed hash. A word that is among the 32 before it adds feature 0,
   which weighs nothing, for itself and its stem: a list that repeats a word says it once.
4. A window of n words scores bias + (sum of the weights of its features) / sqrt(max(n, 8)).
"""
import struct
import unicodedata

import numpy as np

BITS = 20
REPEAT = 32
SALTS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5, 0x85EBCA77C2B2AE63)
OFFSET, PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1
LOOK_ALIKE = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "х": "x", "у": "y", "і": "i", "ј": "j", "ѕ": "s", "һ": "h", "ԁ": "d", "ԛ": "q", "ԝ": "w",
              "ο": "o", "α": "a", "ν": "v", "ι": "i", "ρ": "p", "ɡ": "g", "ɑ": "a", "ı": "i", "ɪ": "i", "ʀ": "r", "ɴ": "n", "ᴀ": "a", "ʙ": "b", "ᴄ": "c",
              "ᴅ": "d", "ᴇ": "e", "ɢ": "g", "ʜ": "h", "ᴊ": "j", "ᴋ": "k", "ʟ": "l", "ᴍ": "m", "ᴏ": "o", "ᴘ": "p", "ᴛ": "t", "ᴜ": "u", "ᴠ": "v", "ᴡ": "w", "ʏ": "y", "ᴢ": "z",
              "ß": "s", "ø": "o", "đ": "d", "ł": "l", "ħ": "h"}


def folding_table():
    """{code point: code point to write, or 0 for none}; only what differs from the character itself, and no ASCII but the apostrophe."""
    table = {0x27: 0, 0x60: 0x60}
    del table[0x60]
    ranges = [(0xAA, 0x250), (0x250, 0x2B0), (0x370, 0x530), (0x1D00, 0x1D30), (0x1E00, 0x2000), (0x2100, 0x2150), (0x2460, 0x2500), (0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x1F130, 0x1F18A)]
    for low, high in ranges:
        for code in range(low, high):
            c = chr(code)
            if unicodedata.category(c) == "Cn":
                continue
            plain = unicodedata.normalize("NFKD", c)
            plain = "".join(p for p in plain if not unicodedata.combining(p)).lower()
            plain = LOOK_ALIKE.get(plain, plain)
            if 0x1F130 <= code < 0x1F18A:
                name = unicodedata.name(c, "")
                plain = name[-1].lower() if " LETTER " in name and len(name.split()[-1]) == 1 else plain
            if len(plain) != 1:
                if plain.isascii() and len(plain) == 3 and plain[0] == "(" and plain[2] == ")":
                    plain = plain[1]
                else:
                    continue
            plain = LOOK_ALIKE.get(plain, plain)
            if plain != c:
                table[code] = ord(plain)
    for c, plain in LOOK_ALIKE.items():
        table[ord(c)] = ord(plain)
    for code in [0xAD, 0x61C, 0x180E, 0x2019, 0x2018, 0xFEFF, 0xFE0F, 0xFE0E] + list(range(0x200B, 0x2010)) + list(range(0x202A, 0x202F)) + list(range(0x2060, 0x2070)) + \
            list(range(0x300, 0x370)) + list(range(0xE0000, 0xE0080)):
        table[code] = 0
    return table


TABLE = folding_table()


def is_single(code):
    return 0x3040 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0x20000 <= code <= 0x2FFFF


def is_word(code):
    if code < 0x80:
        return 0x30 <= code <= 0x39 or 0x61 <= code <= 0x7A
    return code >= 0xAA and not (0x2000 <= code <= 0x2BFF or 0x3000 <= code <= 0x303F or 0xFE10 <= code <= 0xFE6F)


class Fold(dict):
    """str.translate table: a character to what it becomes; word breaks become a blank, single characters stand between blanks."""

    def __missing__(self, code):
        to = TABLE.get(code)
        if to == 0:
            result = ""
        else:
            to = code if to is None else to
            if 0x41 <= to <= 0x5A:
                to += 32
            result = " " if not is_word(to) else f" {chr(to)} " if is_single(to) else chr(to)
        self[code] = result
        return result


FOLD = Fold()
_hashes = {}


def hashes_of(word):
    found = _hashes.get(word)
    if found is None:
        h, stem = OFFSET, None
        for i, character in enumerate(word):
            for byte in character.encode("utf-8", "surrogatepass"):
                h = ((h ^ byte) * PRIME) & MASK
            if i == 4:
                stem = h
        found = _hashes[word] = (h, h if stem is None else stem)
    return found


def words_of(text):
    return text.translate(FOLD).split()


def features_of(text):
    """One row of five feature numbers a word (uint32, words x 5)."""
    pairs = [hashes_of(w) for w in words_of(text)]
    if not pairs:
        return np.zeros((0, 5), np.uint32)
    h = np.array([1, 1] + [p[0] for p in pairs], np.uint64)
    stem = np.array([p[1] for p in pairs], np.uint64)
    s = [np.uint64(x) for x in SALTS]
    two = np.uint64(0x100000001B3)
    with np.errstate(over="ignore"):
        now, last, before = h[2:], h[1:-1], h[:-2]
        mixed = np.stack([now * s[0], (stem ^ s[1]) * s[1], (now + last * s[2]) * s[2] * two, (now + (last + before * s[3]) * s[2]) * s[3] * two, (now + before * s[4]) * s[4] * two], axis=1)
        mixed ^= mixed >> np.uint64(29)
        mixed *= s[0]
    numbers = (mixed >> np.uint64(64 - BITS)).astype(np.uint32)
    again = np.zeros(len(stem), bool)
    for back in range(1, min(REPEAT, len(stem) - 1) + 1):
        again[back:] |= now[back:] == now[:-back]
    numbers[again, :2] = 0
    return numbers
