"""Where the judge of attacks draws its lines: every number once, with its reason.

A *sign* is one file that shows what ordinary work does not do to a file that held something: a
format lost, a structure broken, content replaced by what has no shape. Measured on 60 simulated
days of a hospital's shares (bench/ransomware.py) one day has at most a handful of signs, so that
a verdict may come after few files.
"""

from datetime import timedelta

# Twenty is what an attack of 10 files a second does in two seconds, and five times the most that
# a benign day shows within ten minutes.
SIGNS_FAST = 20
FAST = timedelta(minutes=10)

# Half as many are enough when something else speaks for it: names changed alike, a note was left,
# or one process did nearly all of it, fast.
SIGNS_SUPPORTED = 10

# Who encrypts slowly enough to stay below every rate is still seen over a day.
SIGNS_SLOW = 40
SLOW = timedelta(hours=24)

# The same text in a blackmailer's words: alone in that many folders, or in fewer as a support.
NOTE_FOLDERS_ALONE = 5
NOTE_FOLDERS = 3
NOTE_KINDS_OF_WORDS = 3  # of harm, demand, remedy, contact, threat
LARGEST_NOTE = 32 << 10  # most have 1 to 10 KiB, those with pictures in them 30

# Files that took the same new extension, or names without words, within FAST.
RENAMES = 10

# One process: its share of the signs, and how fast they came.
SHARE_OF_ONE = 0.6
RATE_PER_S = 0.5

# What is remembered to find the partner of a file that went or came: who copies everything first
# removes the originals soon after. Each takes a kilobyte. All of the newest, and an even share of
# what came before them: of 100,000 pairs a hundredth is fifty times what a verdict needs.
PARTNERS_WAIT = timedelta(hours=1)
NEWEST_PARTNERS = 4_000
OLDER_PARTNERS = 2_000
MOST_FOLDERS = 5_000  # whose turnover is counted, each for half a minute
MOST_RENAMES = 1_000
MOST_NOTES = 500
MOST_NOTE_FOLDERS = 50  # of one note
MOST_SIGNS = 5_000  # known by their paths; more are counted

# An encrypted copy is as long as the original, a little longer for its key, or a third more in
# base64.
LONGER_BY_SHARE = 0.02
LONGER_BY_BYTES = 1024
# Two files whose names say nothing of each other are believed to be a pair only where, within
# FAST, there are so many, this share of what came into their folders has no shape, and this share
# of what went had one: a cache, or a folder that is built anew, loses and gets both kinds.
PAIRS = 5
ONE_SIDED = 0.8
BASE64_GROWTH = 4 / 3

# A suspicion that stands is said again when it has grown that much, or has a new reason.
GROWN = 2.0
# After so long without a sign the next one begins a new suspicion: an old one that nobody has
# dismissed must not hide it.
QUIET_AFTER = SLOW
