"""TCVN3: the encoding of old Vietnamese programs (TCVN 5712:1993, fonts named .Vn…), as a codec.

Importing this module makes `tcvn3` an encoding that Python knows. Here belongs its table alone. Not
here: what text is decoded (exports.decoding).
"""

import codecs

NAME = "tcvn3"
_MARKS = "\u0300\u0309\u0303\u0301\u0323"
"""Grave, hook, tilde, acute and dot below, to be put on the letter before them."""
_UPPER_HALF = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẶ" + _MARKS + "àảãáạẲằẳẵắẴẮẦẨẪẤỀ"
    "ặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
"""The letters of the bytes from 128 on; those below are ASCII. Source: TCVN 5712:1993."""
LETTERS = "".join(map(chr, range(0x80))) + _UPPER_HALF
"""The letter of each byte."""
_ENCODING = codecs.charmap_build(LETTERS)


def _encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
    return codecs.charmap_encode(text, errors, _ENCODING)


def _decode(data: bytes, errors: str = "strict") -> tuple[str, int]:
    return codecs.charmap_decode(data, errors, LETTERS)


class _Encoder(codecs.IncrementalEncoder):
    def encode(self, text: str, final: bool = False) -> bytes:
        return _encode(text, self.errors)[0]


class _Decoder(codecs.IncrementalDecoder):
    def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]
        return _decode(data, self.errors)[0]


def _find_codec(name: str) -> codecs.CodecInfo | None:
    if name != NAME:
        return None
    return codecs.CodecInfo(
        _encode,
        lambda data, errors="strict": _decode(bytes(data), errors),
        incrementalencoder=_Encoder,
        incrementaldecoder=_Decoder,
        name=NAME,
    )


codecs.register(_find_codec)
