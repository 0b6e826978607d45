"""What agents say about watched files: a part of `wire.messages`."""

from typing import Annotated

from msgspec import Struct

from wire.privacy import (
    Code,
    Count,
    Disclosed,
    Flag,
    Moment,
    OptionalCode,
    Privacy,
    Pseudonym,
    classified,
)
from wire.verdicts import Names

_P = classified(Privacy.PUBLIC)  # closed sets are public codes


class Baseline(Struct, frozen=True):
    """A signed summary of the trusted state of one watched path."""

    watched: Pseudonym
    names: Annotated[Names, _P]
    files: Count
    bytes: Count
    unreadable: Count
    root: Pseudonym  # keyed digest over the sorted entries, and over what is said from `number` on
    path: Disclosed = ""
    number: Count = 0  # in the chain of approvals of this host, all watched paths together
    previous: Pseudonym | None = None  # root of the approval before
    people: tuple[Pseudonym, ...] = ()  # who approved: two where the configuration says so
    review: OptionalCode = ""  # code of the reviewed scan; empty: the present state as a whole
    part: Flag = False  # only some of the reviewed changes; the rest stays unexplained


class Acceptance(Struct, frozen=True, kw_only=True):
    """One person wants reviewed changes approved; a `Baseline` follows once a second one does."""

    watched: Pseudonym
    names: Annotated[Names, _P]
    at: Moment
    until: Moment  # then it is forgotten; earlier when the changes are others
    person: Pseudonym
    review: OptionalCode = ""  # code of the reviewed scan; empty: the present state as a whole
    part: Flag = False  # only some of the reviewed changes
    path: Disclosed = ""


class Change(Struct, frozen=True):
    """One changed file, named only as the configuration allows."""

    kind: Code  # added | modified | removed | renamed | metadata
    at: Moment
    file: Pseudonym
    path: Disclosed = ""


class IntegrityScan(Struct, frozen=True):
    """What a scan found; `omitted` changes did not fit and are counted in `counts` all the same."""

    watched: Pseudonym
    names: Annotated[Names, _P]
    from_at: Moment | None
    to_at: Moment
    files: Count
    bytes: Count
    unreadable: Count
    gaps: Count
    added: Count
    modified: Count
    removed: Count
    metadata: Count
    changes: tuple[Change, ...] = ()
    omitted: Count = 0
    path: Disclosed = ""
    renamed: Count = 0
    baseline: Pseudonym | None = None  # root compared with: an older one put back shows


class FileEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stored event: a changed file, or many that were folded into one with exact counts.

    `since` is set when a look found the change: it happened between `since` and `at`, by whom
    nobody saw. Names of files, people and programs are sent only as the configuration allows.
    """

    number: Count  # in the host's chain of events: 1, 2, 3, …
    at: Moment
    kind: Code  # added | modified | removed | renamed | metadata | gap | approved | configured
    file: Pseudonym
    since: Moment | None = None
    path: Disclosed = ""
    folder: Pseudonym | None = None  # that holds the file, so that folders count without names
    old_file: Pseudonym | None = None  # of what was renamed
    old_path: Disclosed = ""
    what: tuple[Code, ...] = ()  # of metadata: mode | uid | …; of configured: alert_attacks | …
    count: Count = 1  # files that it stands for
    counts: dict[Code, Count] = {}  # of a folded event: files by kind
    explained_by: OptionalCode = ""  # "" is unexplained; else package | rotation | accepted | …
    explanation: Disclosed = ""
    user: Pseudonym | None = None
    user_name: Disclosed = ""
    program: Disclosed = ""
    client: Disclosed = ""  # user and address of a file share's client
    who_known: Flag = False


class FileEvents(Struct, frozen=True, kw_only=True):
    """What happened under one watched path, as a stretch of the host's chain of events.

    All events of a host stand in one chain. What was stored between two statements is told by one
    statement for each watched path concerned, all with the same `first`, `last` and `head`.
    Without any event `first` is `last` + 1, `head` stays, and the statement says only that it was
    watched; a host says so when it begins, when it ends, and every few hours between. `previous`
    is the `head` that was told before; it is empty before the very first event.
    """

    watched: Pseudonym
    names: Annotated[Names, _P]
    events: tuple[FileEvent, ...]
    first: Count  # numbers of the stretch, with those of other watched paths
    last: Count
    head: OptionalCode  # digest of the chain's link `last`; empty while there is no event at all
    previous: OptionalCode = ""  # digest of the link before `first`, so that nothing slips between
    omitted: Count = 0  # events of this path that did not fit
    omitted_counts: dict[Code, Count] = {}  # the files that they stand for, by kind
    omitted_unexplained: Count = 0  # of these files, those that nothing explains
    path: Disclosed = ""
    # how: fanotify | inotify | looks (only looked at now and then) | off | ended (the configuration
    # names it no more); empty: nothing is said of it
    watching: OptionalCode = ""
    watched_from: Moment | None = None  # watched without a break from here …
    watched_to: Moment | None = None  # … to here; else only looked at now and then
    at_work: Flag = False  # people work there all day: only attacks are an alarm, all is kept


class Suspicion(Struct, frozen=True, kw_only=True):
    """Changes that look like an attack; said again under the same id when more is known."""

    id: Code
    watched: Pseudonym
    names: Annotated[Names, _P]
    at: Moment
    since: Moment  # of the first of the changes
    reasons: tuple[Code, ...]
    files: Count
    path: Disclosed = ""
    paths: tuple[Disclosed, ...] = ()  # some of the files, as examples
    user: Pseudonym | None = None
    user_name: Disclosed = ""
    program: Disclosed = ""
    client: Disclosed = ""
    who_known: Flag = False
    held: Flag | None = None  # retention, at every site; None: not known yet
    last_clean_at: Moment | None = None  # start of the newest snapshot before `since`
    playbook: OptionalCode = ""  # that was started
    run_id: OptionalCode = ""  # its run
    state: Code = "open"  # open | dismissed
    person: Pseudonym | None = None  # who dismissed it
