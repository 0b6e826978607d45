"""The numbers that checks judge by, each with the clause that gives it.

They are those of TCVN 14423:2026 at level 3; `tests/contract` holds them against the thresholds
of the policy's rows, so that the two never part.
"""

ADMIN_IDLE_LIMIT_S = 300  # 5.5.2.2 a): 5 minutes for administrators
FAILED_LOGIN_LIMIT = 5  # 5.5.2.2 a): business software
LOCKOUT_AT_LEAST_S = 12 * 3600  # 5.5.2.2 a)
LOCKOUT_AT_MOST_S = 30 * 24 * 3600  # 5.5.2.2 a)
PASSWORD_LENGTH = 14  # 5.6.2.2 b): without a second factor
PASSWORD_CLASSES = 4  # 5.6.2.2 b)
PASSWORD_HISTORY = 10  # 5.6.2.2 b)
ADMIN_PASSWORD_DAYS = 60  # 5.6.2.2 b)
IDLE_ACCOUNT_DAYS = 45  # 5.6.2.3
PATCH_AGE_DAYS = 31  # 5.7.2.2

# No number in the standard: our own choice, said so in the checks' sources.
DISK_FULL_PERCENT = 90
MEMORY_LEFT_PERCENT = 5
SIGNATURE_AGE_DAYS = 7
CERTIFICATE_DAYS = 14
CLOCK_OFFSET_S = 1.0
SCAN_AGE_DAYS = 2
UPDATE_RUN_DAYS = 7
PACKAGE_LIST_AGE_DAYS = 7

WEAK_CIPHERS = ("3des", "arcfour", "blowfish", "cast128", "-cbc", "rijndael-cbc")
WEAK_MACS = ("md5", "ripemd", "-96")
WEAK_KEY_EXCHANGES = ("group1-sha1", "group14-sha1", "group-exchange-sha1")
