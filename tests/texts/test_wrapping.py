"""Lines are broken between words, and what is copied stays in one piece."""

from texts.wrapping import column_widths, wrapped


def test_a_line_is_broken_between_words_with_its_indent() -> None:
    assert wrapped("  chưa đủ căn cứ rằng hai nơi", 20) == "  chưa đủ căn cứ\n  rằng hai nơi"


def test_a_line_that_fits_stays_byte_for_byte() -> None:
    assert wrapped("a   b\n\n  c", 20) == "a   b\n\n  c"


def test_a_command_in_backticks_and_a_long_word_stay_whole() -> None:
    assert wrapped("Run `lachan-agent drill run`, or not.", 22) == (
        "Run\n`lachan-agent drill run`,\nor not."
    )
    assert wrapped("x" * 30, 20) == "x" * 30


def test_a_command_to_copy_stays_whole() -> None:
    command = "  lachan-agent restore run '/srv/Bệnh án' --at 'hôm qua'"
    assert wrapped(command, 30) == command
    assert wrapped("why, says: lachan-agent backup retention", 24) == (
        "why, says:\nlachan-agent backup retention"
    )


def test_colours_and_combining_marks_take_no_column() -> None:
    line = "\x1b[31mFAIL\x1b[0m ma\u0301y chu\u0309 hai ba bon"
    assert wrapped(line, 23) == line


def test_a_terminal_too_narrow_to_read_is_left_alone() -> None:
    assert wrapped("one two three four five six", 0) == "one two three four five six"


def test_a_table_is_narrowed_where_it_is_widest_and_cuts_no_word() -> None:
    rows = (["Time", "What is so"], ["22/11/2026 14:39", "one two three four five six"])
    assert column_widths(rows, 60) == [16, 27]
    assert column_widths(rows, 30) == [15, 15]
    assert column_widths(rows, 16) == [10, 6]
    assert column_widths(rows, 14) is None
