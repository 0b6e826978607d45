"""A blackmailer's words, in Vietnamese and English; and names that changed."""

import pytest

from agent.integrity.ransom.names import looks_random, new_ending
from agent.integrity.ransom.notes import kinds_of_words


@pytest.mark.parametrize(
    "text",
    [
        "TẤT CẢ TỆP CỦA BẠN ĐÃ BỊ MÃ HÓA! Muốn giải mã hãy chuyển 0,5 bitcoin, liên hệ qua Tor.",
        "Du lieu da bi ma hoa. De lay lai du lieu, lien he abc@onionmail.example va tra tien.",
        "All your files have been ENCRYPTED. Buy our decryptor. Pay 2 BTC within 72 hours.",
        "<html><body>Your files are <b>encrypted</b>.<p>To decrypt write to us: x.onion</body>",
        "Máy chủ của bạn bị tấn công. Chúng tôi sẽ công khai bệnh án nếu không nộp tiền. Telegram.",
        "We hacked you. Restore your data: send XMR to our wallet. Do not rename anything.",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_note_has_three_kinds_of_words(text: str, encoding: str) -> None:
    assert len(kinds_of_words(text.encode(encoding))) >= 3


@pytest.mark.parametrize(
    "text",
    [
        "Thông báo lịch trực. Liên hệ phòng CNTT nếu cần khôi phục mật khẩu.",
        "Hướng dẫn thanh toán viện phí bằng chuyển khoản; liên hệ quầy số 3.",
        "MIT License. Permission is hereby granted, free of charge, to any person.",
        "Backups are encrypted with restic; to restore your data run restic restore.",
        "Bảng giá dịch vụ và địa chỉ ví điện tử của bệnh viện.",
        "",
    ],
)
def test_other_texts_do_not(text: str) -> None:
    assert len(kinds_of_words(text.encode())) < 3


def test_an_address_of_a_wallet_is_a_demand() -> None:
    assert kinds_of_words(b"send to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq") == ("demand",)


@pytest.mark.parametrize(
    ("old", "new", "ending"),
    [
        (b"a.docx", b"a.docx.locked", b"locked"),
        (b"a.docx", b"a.docx.id-7.[x@y].PHOBOS", b"docx.id-7.[x@y].phobos"[5:]),
        (b"a.docx", b"a.qqq", b"qqq"),
        (b"a.log", b"a.log.1", b""),
        (b"a.log", b"a.log-20261122", b""),
        (b"a.log", b"a.log.2.gz", b""),
        (b"a.JPG", b"a.jpg", b""),
        (b"a.docx", b"b.docx", b""),
        (b"a.docx", b"a.docx.bak", b""),
        (b".bashrc", b".bashrc.enc", b"enc"),
    ],
)
def test_what_a_name_has_behind_it_now(old: bytes, new: bytes, ending: bytes) -> None:
    assert new_ending(old, new) == ending


@pytest.mark.parametrize(
    ("name", "random"),
    [
        (b"9f3a6b2c1d4e5f60.dat", True),
        (b"550e8400-e29b-41d4-a716-446655440000", True),
        (b"aB3xZ9qL0p", True),
        (b"bao-cao-thang-10.docx", False),
        (b"IMG_20231105_101112.jpg", False),
        ("Bệnh án số 7.docx".encode(), False),
        (b"readme.txt", False),
    ],
)
def test_names_without_words(name: bytes, random: bool) -> None:
    assert looks_random(name) is random
