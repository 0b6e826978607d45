"""What `restore --help` says: somebody who reads nothing else must get a folder back."""

from wire.text import N_

TIMES = N_(
    "Times: yesterday, 'yesterday 15:00', '2 days ago', 15:00, 21/11/2026, '21/11/2026 15:00', "
    "2026-11-21T15:00; hôm qua, 'hôm qua 15h', '2 ngày trước'."
)
GROUP = N_("""\
Find a file or folder in the backups and bring it back.

.
What was it called, and when was it last good?
  lachan-agent restore find "benh an"
Look what would come back, and where to:
  lachan-agent restore run "/srv/share/Bệnh án" --at yesterday --dry-run
Bring it back. What is gone returns to its place; what is still there
stays, and the one from the backup is put beside it:
  lachan-agent restore run "/srv/share/Bệnh án" --at yesterday
""")
FIND = N_("""\
Find files and folders by a part of their name.

It looks in all points of all sites. Case does not matter. Words without accents find names with
and without them ("benh an" finds "Bệnh Án"); words with accents find only those. Of several words
each must be in the name; with a slash the whole path is searched.
""")
RUN = N_("""\
Bring a file or a folder back as it was.

PATH is the path that it has, or had, on this server.

.
  lachan-agent restore run "/srv/share/Bệnh án" --at yesterday
  lachan-agent restore run /srv/share/so.xlsx --at "2 days ago" --replace
  lachan-agent restore run /srv/share/so.xlsx --into /srv/old
  lachan-agent restore run --dataset share --into /srv/all

Without --at it is the newest point that holds it. What is gone returns to its place; what is still
there is not touched, and the restored one is put beside it as PATH.restored-TIME. Content, owner,
rights, access lists and times are compared afterwards. Above 100 files you are asked to type the
folder's name.
""")
