"""restic's output is read tolerantly, and never believed further than it goes."""

from hypothesis import given
from hypothesis import strategies as st

from agent.restic import output

SUMMARY = (
    b'{"message_type":"summary","files_new":17,"files_changed":0,"files_unmodified":0,'
    b'"dirs_new":4,"data_added":100815,"total_files_processed":17,'
    b'"total_bytes_processed":94045,"total_duration":0.22,"snapshot_id":"dff7b36b"}'
)
NODE = (
    b'{"name":"f","type":"file","path":"/f","uid":0,"gid":0,"size":3,"mode":420,'
    b'"mtime":"2026-11-21T23:48:11.9Z","ctime":"2026-11-21T23:48:11.9Z","struct_type":"node"}'
)


def test_a_summary_is_found_between_noise() -> None:
    found = output.summary([b"", b"\x1b[2K", b"not json", b"{broken", SUMMARY, b"bye"])
    assert found is not None
    assert (found.snapshot_id, found.data_added) == ("dff7b36b", 100815)


def test_a_dry_run_made_no_snapshot() -> None:
    assert output.summary([SUMMARY.replace(b'"files_new"', b'"dry_run":true,"files_new"')]) is None


def test_no_summary_is_no_success() -> None:
    assert output.summary([b'{"message_type":"status","percent_done":1}']) is None


def test_remaining_seconds_beyond_64_bits_do_not_matter() -> None:
    line = b'{"message_type":"status","percent_done":0.5,"seconds_remaining":9223372036854775808}'
    found = output.progress(line)
    assert found is not None
    assert found.percent_done == 0.5


def test_an_entry_that_cannot_be_read_is_counted_not_lost() -> None:
    found = list(output.nodes([NODE, b'{"type":"file","size":"many"}', b"noise"]))
    assert [node.type for node in found] == ["file", "unreadable"]


def test_a_copy_names_where_it_comes_from() -> None:
    raw = (
        b'[{"time":"2026-11-21T23:48:11.946629261+07:00","tree":"t","paths":["/x"],'
        b'"hostname":"h","original":"aaaa","id":"bbbb","short_id":"bb"}]\n'
    )
    found = output.snapshots(raw)
    assert found is not None
    assert (found[0].origin, found[0].at.hour) == ("aaaa", 16)


def test_an_answer_that_is_no_list_is_not_an_empty_list() -> None:
    assert output.snapshots(b"") is None
    assert output.snapshots(b"Fatal: no\n") is None
    assert output.snapshots(b"[]\n") == ()
    assert output.snapshots(b"null\n") == ()


@given(st.lists(st.binary()))
def test_any_bytes_are_read_without_an_error(garbage: list[bytes]) -> None:
    output.summary(garbage)
    output.snapshots(b"\n".join(garbage))
    for line in garbage:
        output.progress(line)
        output.listed_snapshot(line)
    assert all(node.type in {"", "unreadable"} for node in output.nodes(garbage))
