"""Which tables follow from the log. A table stands in exactly one of these lists."""

from sqlalchemy import Table

from controller.store.tables import decisions, files, fleet, log, private, statements, watching

LOG: tuple[Table, ...] = (
    log.LOG_ENTRY,
    log.LOG_NODE,
    log.LOG_STATE,
    log.FACILITY_HEAD,
    log.CHECKPOINT,
    log.CATALOGUE,
)
PROJECTIONS: tuple[Table, ...] = (
    fleet.PROVINCE,
    fleet.FACILITY,
    fleet.SYSTEM,
    fleet.POLICY,
    fleet.POLICY_PACK,
    fleet.TOKEN,
    fleet.AGENT,
    fleet.AGENT_KEY,
    fleet.AGENT_SYSTEM,
    fleet.ASSIGNMENT,
    fleet.ORDER,
    fleet.ALERT,
    fleet.USER,
    fleet.SCORE,
    decisions.ATTESTATION,
    decisions.EXCEPTION,
    statements.CHAIN,
    statements.CURRENT_STATEMENT,
    statements.MANIFEST,
    statements.DRILL,
    watching.PLANNED,
    watching.SITE,
    watching.UNPROTECTED,
    files.FILE_EVENT,
    files.FILE_HOUR,
    files.WATCHED_PATH,
    files.WATCH_SPAN,
    files.WATCH_GAP,
    files.EVENT_CHAIN,
    files.APPROVAL,
    files.EVENT_BREAK,
    files.SUSPICION,
)
PRIVATE: tuple[Table, ...] = (
    private.PASSWORD,
    private.SESSION,
    private.ONE_TIME_LINK,
    private.LOGIN_FAILURE,
    private.REQUEST_NONCE,
    private.PRESENCE,
    private.WITNESS,
)
