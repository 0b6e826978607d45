"""Commands that put a module into the PAM stacks of Debian, so that updates keep it there.

Source: pam-auth-update(8).
"""

from agent.facts import pam_settings

_PROFILES = "/usr/share/pam-configs"
SETUP = {
    pam_settings.QUALITY: "apt install libpam-pwquality",
    pam_settings.HISTORY: "printf 'Name: Refuse old passwords\\nDefault: yes\\nPriority: 1024\\n"
    "Password-Type: Primary\\nPassword:\\n\\trequisite pam_pwhistory.so remember=24 "
    f"enforce_for_root use_authtok try_first_pass\\n' > {_PROFILES}/pwhistory && "
    "pam-auth-update --enable pwhistory",
    pam_settings.FAILLOCK: "printf 'Name: Count wrong passwords\\nDefault: yes\\nPriority: 0\\n"
    "Auth-Type: Primary\\nAuth:\\n\\t[default=die] pam_faillock.so authfail\\n' > "
    f"{_PROFILES}/faillock && printf 'Name: Refuse locked accounts\\nDefault: yes\\n"
    "Priority: 1024\\nAuth-Type: Primary\\nAuth:\\n\\trequisite pam_faillock.so preauth\\n"
    "Account-Type: Primary\\nAccount:\\n\\trequired pam_faillock.so\\n' > "
    f"{_PROFILES}/faillock_notify && pam-auth-update --enable faillock faillock_notify",
}
