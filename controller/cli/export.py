"""`lachan-controller export pack`: a facility's evidence, to be verified anywhere offline."""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from controller.app import open_province
from controller.cli.documents import document
from controller.cli.options import Options
from controller.cli.who import whoever
from controller.errors import AlreadyThereError, UnknownThingError, WrongValueError
from controller.fleet.act import log_acts
from controller.fleet.province import Province
from controller.reports.pack import PackHead, write_pack
from controller.store.heads import log_head, log_size
from controller.store.pack_source import StoredLog
from controller.store.queries_facilities import find_facility
from texts.catalogue import tr
from texts.moments import show_bytes, show_count
from texts.shell import emit_json, note, say
from wire.acts import PackExported
from wire.checkpoint import Head
from wire.keys import fingerprint, fingerprint_digits
from wire.text import N_


@click.group(help=N_("Hand out evidence that verifies offline."))
def command() -> None: ...


@command.command("pack", help=N_("Write a facility's evidence pack for `lachan-verify`."))
@click.option("--facility", required=True, help=N_("The facility's code."))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=N_("The file to write; else FACILITY-DATE.lachan."),
)
@click.pass_obj
def export_pack(options: Options, facility: str, out: Path | None) -> None:
    province = open_province(options.home)
    path = out or Path(f"{facility}-{province.now():%Y%m%d-%H%M}.lachan")
    if path.exists():
        raise AlreadyThereError(what=tr(N_("file")), code=str(path))
    size = write_pack_file(province, facility, path, whoever())
    key = province.keys.log.public
    if options.json:
        anchor = fingerprint_digits(fingerprint(key))
        fields = {"facility": facility, "log_size": size, "bytes": path.stat().st_size}
        emit_json(document("pack", path=str(path), anchor=anchor, **fields))
        return
    say(str(path))
    measure = {"size": show_bytes(path.stat().st_size), "entries": show_count(size)}
    note(tr(N_("Written: {size}, from a log of {entries} entries."), **measure))
    note(tr(N_("Verify it with `lachan-verify {path} --anchor …`."), path=path))
    note(tr(N_("The anchor is on the paper from `init`; never send it along with the pack.")))


def write_pack_file(province: Province, facility: str, path: Path, by: str) -> int:
    """Log the export, then write the log as it stood right after it; its size.

    Raises:
        UnknownThingError: there is no such facility.
        WrongValueError: the file cannot be written.
    """
    moment = _log_export(province, facility, by)
    head = PackHead(province.config.province, facility, province.now())
    part = path.with_name(path.name + ".part")
    try:
        with province.database.reading() as connection, part.open("wb") as stream:
            source = StoredLog(connection, moment.checkpoint, moment.size, moment.heads)
            write_pack(source, head, province.keys.order, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        expected = tr(N_("a folder that can be written to, with enough free space"))
        raise WrongValueError(
            what="--out", value=f"{path} ({error.strerror})", expected=expected
        ) from error
    return moment.size


@dataclass(frozen=True, slots=True)
class _Moment:
    """The log right after the export was logged."""

    checkpoint: str
    size: int
    heads: dict[str, Head]


def _log_export(province: Province, facility: str, by: str) -> _Moment:
    with province.database.writing() as connection:
        if find_facility(connection, facility) is None:
            raise UnknownThingError(what="facility", code=facility)
        now = province.now()
        act = PackExported(facility, log_size(connection))
        log_acts(province, connection, by, [act], now)
        size, checkpoint = province.checkpoint(connection, now)
        return _Moment(checkpoint, size, log_head(connection).facilities)
