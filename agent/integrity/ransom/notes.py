"""Whether a small text speaks as a blackmailer does, in Vietnamese or English. Pure.

Five kinds of words, by meaning and not by any group's own sentence: a note needs several kinds.
Letters are compared without their marks, since many notes are written without them.
"""

import html
import re
import unicodedata

_WORDS = {
    "harm": (
        *("encrypted", "have been locked", "been locked", "hacked", "infected", "compromised"),
        *("mã hóa", "mã hoá", "bị khóa", "bị khoá", "bị tấn công", "đã xâm nhập"),
    ),
    "demand": (
        *("bitcoin", "btc", "monero", "xmr", "ransom", "payment", "you must pay", "to pay"),
        *("usdt", "wallet", "price", "tiền chuộc", "chuộc", "thanh toán", "trả tiền"),
        *("chuyển tiền", "chuyển khoản", "nộp tiền", "ví điện tử", "địa chỉ ví"),
    ),
    "remedy": (
        *("decrypt", "decryptor", "private key", "recover your", "restore your", "get back"),
        *("unlock your", "giải mã", "khôi phục", "lấy lại dữ liệu", "khóa riêng", "mở khóa"),
    ),
    "contact": (
        *(".onion", "tor browser", "torproject", "telegram", "protonmail", "tutanota", "onionmail"),
        *("contact us", "write to us", "email us", "tox id", "personal id", "your id", "qtox"),
        *("liên hệ", "gửi thư", "gửi email", "mã số của bạn", "mã nạn nhân", "trình duyệt tor"),
    ),
    "threat": (
        *("do not rename", "don't rename", "third party software", "permanently", "will be lost"),
        *("publish", "leak", "sold", "deadline", "within 72 hours", "hours left", "doubled"),
        *("không đổi tên", "đừng đổi tên", "vĩnh viễn", "công khai", "phát tán", "rò rỉ"),
        *("trong vòng 72", "hết hạn", "gấp đôi", "sẽ bị xóa", "sẽ bị xoá", "mất hết"),
    ),
}
_ADDRESS = re.compile(r"\b(bc1[0-9a-z]{20,}|[13][1-9a-hj-np-z]{25,34}|[48][0-9ab][0-9a-z]{93})\b")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def kinds_of_words(content: bytes) -> tuple[str, ...]:
    """Which kinds are in the text, in the order above."""
    text = _plain(_decoded(content))
    found = [kind for kind, words in _PLAIN.items() if any(_says(text, word) for word in words)]
    if "demand" not in found and _ADDRESS.search(text):
        found.append("demand")
    return tuple(found)


def _decoded(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[2:].decode(encoding, "replace")
    return content.decode("utf-8", "replace")


def _plain(text: str) -> str:
    """Lower case, without marks on letters, tags and line ends; nothing but ASCII is compared."""
    text = html.unescape(_TAG.sub(" ", text)).casefold().replace("đ", "d")
    if not text.isascii():
        text = unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()
    return " ".join(text.split())


def _says(text: str, word: str) -> bool:
    """Whether it stands there, not in the middle of another word; its end may be another one."""
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at >= 0


_PLAIN = {kind: sorted({_plain(word) for word in words}) for kind, words in _WORDS.items()}
