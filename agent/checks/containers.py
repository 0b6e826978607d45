"""Checks of the container engine: who may order it is root on this host."""

from agent.checks.model import Check, Outcome, at_most, judged, none_of
from agent.facts import container_doors, containers
from agent.facts.containers import Container
from agent.host import FileStatus
from wire.privacy import Privacy
from wire.text import N_

APART = ("name=userns", "name=rootless")


def socket_guarded(status: FileStatus) -> Outcome:
    good = at_most(status.mode, 0o660) and status.uid == 0
    return judged(good, f"docker.sock {status.mode:04o} uid {status.uid}")


def group_small(members: tuple[str, ...]) -> Outcome:
    return none_of(members)


def not_on_network(addresses: tuple[str, ...]) -> Outcome:
    """Over TLS with a certificate of each who orders it is as good as not at all."""
    return none_of(addresses)


def users_apart(options: tuple[str, ...]) -> Outcome:
    apart = [word for word in options if word.startswith(APART)]
    return judged(bool(apart), ", ".join(apart) or "no userns, no rootless")


def none_owns_host(found: tuple[Container, ...]) -> Outcome:
    return none_of([f"{one.name} {' '.join(one.powers)}" for one in found if one.powers])


CHECKS = (
    Check(
        id="containers.socket_guarded",
        title=N_("Only root and its group order the container engine"),
        why=N_("Whoever may write to its socket starts a container that owns the whole host."),
        expected="docker.sock not above 0660, uid 0",
        remedy="systemctl revert docker.socket && systemctl restart docker.socket",
        needs=containers.collect_socket,
        judge=socket_guarded,
        source="CIS Docker, docker.sock; Docker documentation, attack surface",
    ),
    Check(
        id="containers.group_small",
        title=N_("Only administrators are in the group of the container engine"),
        why=N_("Its members are root under another name, without password and without record."),
        expected="none besides administrators",
        remedy="gpasswd -d NAME docker",
        needs=containers.collect_group,
        judge=group_small,
        source="Docker documentation, post-installation steps; CIS Docker",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="containers.not_on_network",
        title=N_("The container engine takes no orders over the network"),
        why=N_("An open engine is taken over within hours and then mines or encrypts."),
        expected="none of tcp:// without tlsverify",
        remedy="systemctl revert docker.socket podman.socket; "
        "sed -i 's#-H tcp://[^ ]*##' /etc/systemd/system/docker.service.d/*.conf; "
        "nano /etc/docker/daemon.json && systemctl daemon-reload && systemctl restart docker",
        needs=container_doors.collect,
        judge=not_on_network,
        source="Docker documentation, protect the Docker daemon socket; CIS Docker; "
        "podman-system-service(1); systemd.socket(5)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="containers.users_apart",
        title=N_("root in a container is not root on the host"),
        why=N_("Whoever breaks out of a container would otherwise own the server."),
        expected="name=userns or name=rootless",
        remedy='echo \'{"userns-remap": "default"}\' > /etc/docker/daemon.json && '
        "systemctl restart docker",
        needs=containers.collect_security,
        judge=users_apart,
        source="Docker documentation, userns-remap; CIS Docker",
    ),
    Check(
        id="containers.none_owns_host",
        title=N_("No running container has power over the host"),
        why=N_("A privileged container, or one with the engine's socket, is the host itself."),
        expected="none with privileged, pid=host, "
        f"cap-add={'|'.join(containers.CAPABILITIES)} or {', '.join(containers.OWNERSHIP[:4])}",
        remedy="docker stop NAME && docker run --cap-drop ALL IMAGE",
        needs=containers.collect_containers,
        judge=none_owns_host,
        source="CIS Docker, container runtime; docker-run(1), --cap-add; capabilities(7)",
        observed_is=Privacy.LOCAL,
    ),
)
