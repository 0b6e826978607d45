"""What keeps a mail from leaving this host, each with a code that `status` can keep."""

from agent.errors import AgentError
from wire.text import N_


class NotSentError(AgentError):
    """The mail is still here; it is tried again."""

    code = "REFUSED"
    message = N_("The mail server did not take the mail (answer {answer}).")
    hint = N_("Look at the mail server's own log; the mail is tried again by itself.")


class UnreachableMailError(NotSentError):
    code = "UNREACHABLE"
    message = N_("The mail server {server} cannot be reached ({answer}).")
    hint = N_("Check `host` and `port` under notify.smtp, the network, and the server itself.")


class BadCertificateError(NotSentError):
    code = "BAD_CERTIFICATE"
    message = N_("The mail server {server} could not prove who it is ({answer}).")
    hint = N_("Write the name in its certificate as `host`, and its authority as `ca_file`.")


class NoEncryptionError(NotSentError):
    code = "NO_ENCRYPTION"
    message = N_("The mail server {server} offers no STARTTLS: nothing was sent to it.")
    hint = N_("Ask for the port with STARTTLS (587), or write `security: tls` with its port.")


class LoginRefusedError(NotSentError):
    code = "LOGIN_REFUSED"
    message = N_("The mail server {server} refuses user and password (answer {answer}).")
    hint = N_("Correct `user` and the file `password_file` under notify.smtp.")


class ReceiverRefusedError(NotSentError):
    code = "RECEIVER_REFUSED"
    message = N_("The mail server refuses every receiver (answer {answer}).")
    hint = N_("Correct `mail` under notify, or ask who runs the mail server.")


class NoPasswordError(NotSentError):
    code = "NO_PASSWORD"
    message = N_("The password file {file} cannot be used: {reason}.")
    hint = N_("Write the password alone into it, mode 0600, owned by the agent's user.")


class SendmailError(NotSentError):
    code = "SENDMAIL"
    message = N_("The program {program} did not take the mail: {reason}.")
    hint = N_("Install a mail program (postfix, msmtp-mta), or write `smtp` under notify.")


CODES: dict[str, type[NotSentError]] = {
    kind.code: kind
    for kind in (
        NotSentError,
        UnreachableMailError,
        BadCertificateError,
        NoEncryptionError,
        LoginRefusedError,
        ReceiverRefusedError,
        NoPasswordError,
        SendmailError,
    )
}
