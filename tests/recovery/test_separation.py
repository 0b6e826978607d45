"""Two sites are two only with proof; one hard sign is enough for the contrary."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.distance import required_km
from recovery.places import HOST, Between, FileSystem, Place, plain
from recovery.separation import evidence, judge_pair, overall
from recovery.signs import SIGNS
from wire.recovery_messages import SitePair
from wire.verdicts import Separation

DISK_A = FileSystem(fsid=0xA1, blocks=1_000_000, fragment_size=4096)
TWIN_OF_A = FileSystem(fsid=0xD4, blocks=1_000_000, fragment_size=4096)
DISK_B = FileSystem(fsid=0xB2, blocks=2_000_000, fragment_size=4096)
A = Place(
    name="a",
    boot_id="aaaa",
    booted_at_s=1_000_000,
    machine_id="ma",
    dmi_uuid="da",
    host_key="ka",
    filesystem=DISK_A,
    free_blocks=500_000,
    written_address="phòng máy chủ nhà a",
    repository_id="ra",
    master_key_mark="1",
    address="10.1.0.5",
    gateway_mac="00:01",
    provider="vnpt",
    coordinates=(13.98, 108.0),
    own_agent=True,
    documented=True,
)
B = Place(
    name="b",
    boot_id="bbbb",
    booted_at_s=2_000_000,
    machine_id="mb",
    dmi_uuid="db",
    host_key="kb",
    filesystem=DISK_B,
    free_blocks=1_500_000,
    written_address="trung tâm y tế an khê",
    repository_id="rb",
    master_key_mark="2",
    address="10.2.0.5",
    gateway_mac="00:02",
    provider="viettel",
    coordinates=(13.98, 108.1),  # about 11 km
    own_agent=True,
    documented=True,
)
FAR = replace(B, coordinates=(13.78, 109.22))  # about 134 km
SERVER = Place(
    name=HOST,
    boot_id="hhhh",
    booted_at_s=3_000_000,
    machine_id="mh",
    dmi_uuid="dh",
    host_key="kh",
    filesystem=FileSystem(fsid=0xC3, blocks=3_000_000, fragment_size=4096),
    address="10.1.0.6",
    provider="vnpt",
    own_agent=True,
)


def test_two_places_with_every_proof_are_separate() -> None:
    pair = judge_pair(A, B)
    assert (pair.verdict, pair.hard, pair.soft) == (Separation.SEPARATE, (), ())
    assert (pair.a, pair.b) == ("a", "b")


@pytest.mark.parametrize(
    ("b", "sign"),
    [
        (replace(B, boot_id=A.boot_id), "boot_id"),
        (replace(B, filesystem=DISK_A, free_blocks=None), "filesystem"),
        (replace(B, repository_id=A.repository_id), "repository"),
    ],
)
def test_a_hard_sign_of_the_places_decides_alone(b: Place, sign: str) -> None:
    pair = judge_pair(A, b)
    assert (pair.verdict, pair.hard) == (Separation.NOT_SEPARATE, (sign,))


@pytest.mark.parametrize(
    ("between", "sign"),
    [
        (Between(canary_seen=True), "canary"),
        (Between(free_space_correlation=0.95, free_space_rounds=3), "free_space"),
    ],
)
def test_a_hard_sign_that_was_measured_decides_alone(between: Between, sign: str) -> None:
    pair = judge_pair(A, B, between)
    assert (pair.verdict, pair.hard) == (Separation.NOT_SEPARATE, (sign,))


def test_two_rounds_or_a_weaker_correlation_prove_nothing() -> None:
    few = judge_pair(A, B, Between(free_space_correlation=1.0, free_space_rounds=2))
    assert "free_space" in few.missing
    weak = judge_pair(A, B, Between(free_space_correlation=0.94, free_space_rounds=9))
    assert (weak.verdict, "free_space" in weak.missing) == (Separation.SEPARATE, False)


@pytest.mark.parametrize(
    "b",
    [
        replace(B, booted_at_s=1_000_002),
        replace(B, machine_id="ma"),
        replace(B, dmi_uuid="da"),
        replace(B, host_key="ka"),
        replace(B, tls_key="tls"),
        replace(B, station="52:54:00:00:00:01"),
        replace(B, storage_source="nas:/x"),
        replace(B, storage_server="nas"),
        replace(B, master_key_mark="1"),
        replace(B, address="10.1.0.5"),  # the address, and so the network too
        replace(B, address="10.1.0.9", filesystem=TWIN_OF_A, free_blocks=500_001),
        replace(B, written_address="phòng máy chủ nhà a", coordinates=None),
        replace(B, written_address=None, coordinates=(13.98, 108.0005)),
    ],
)
def test_soft_signs_add_up_to_suspicion(b: Place) -> None:
    a = replace(
        A,
        tls_key="tls",
        station="52:54:00:00:00:01",
        storage_source="nas:/x",
        storage_server="nas",
    )
    pair = judge_pair(a, b)
    assert (pair.verdict, pair.hard) == (Separation.SUSPECT, ())
    assert pair.soft


def test_one_weak_sign_alone_is_told_but_no_suspicion() -> None:
    pair = judge_pair(A, replace(B, provider="vnpt"))
    assert (pair.verdict, pair.soft) == (Separation.SEPARATE, ("provider",))


@pytest.mark.parametrize(
    "b",
    [
        replace(B, gateway_mac="52:54:00:00:00:02", provider="vnpt", banner="SSH-2.0-x"),
        replace(B, address="10.1.0.9", gateway_mac="52:54:00:00:00:02"),  # two houses, one LAN
        replace(B, device="/dev/sda1 8:1", coordinates=(13.98, 108.0005)),  # two houses, 54 m
    ],
)
def test_hints_are_told_and_accuse_nobody(b: Place) -> None:
    a = replace(A, gateway_mac="52:54:00:00:00:02", banner="SSH-2.0-x", device="/dev/sda1 8:1")
    pair = judge_pair(a, b)
    assert pair.verdict is Separation.SEPARATE
    assert pair.soft


@pytest.mark.parametrize(
    "b",
    [
        replace(B, boot_id=None),
        replace(B, boot_id=""),
        replace(B, filesystem=None),
        replace(B, filesystem=replace(DISK_B, fsid=0)),
        replace(B, repository_id=None),
        replace(B, own_agent=False),
        replace(B, documented=False),
        replace(B, network_mount=True),
    ],
)
def test_a_missing_signal_never_makes_separate(b: Place) -> None:
    pair = judge_pair(A, b)
    assert pair.verdict is Separation.INCONCLUSIVE
    assert pair.missing


def test_signals_read_through_a_network_mount_are_the_readers_own_and_missing() -> None:
    mounted = replace(A, name="nas", network_mount=True, filesystem=None, storage_source="nas:/x")
    pair = judge_pair(SERVER, replace(mounted, boot_id=SERVER.boot_id))
    assert pair.verdict is Separation.INCONCLUSIVE
    assert {"boot_id", "boot_time", "machine_id", "dmi_uuid"} <= set(pair.missing)


def test_two_mounts_of_one_export_are_suspicious() -> None:
    a = replace(A, network_mount=True, storage_source="nas:/x")
    b = replace(B, network_mount=True, storage_source="nas:/x")
    assert judge_pair(a, b).soft == ("storage_source",)


def test_a_nas_beside_the_server_is_a_site() -> None:
    """Same network, same room, same provider: between host and site that does not count."""
    between = Between(least_rtt_ms=0.1, rtt_samples=99)
    pair = judge_pair(SERVER, A, between, required_km=30)
    assert (pair.verdict, pair.soft) == (Separation.SEPARATE, ())


def test_a_site_on_the_servers_own_machine_is_not_separate() -> None:
    assert judge_pair(SERVER, replace(A, boot_id="hhhh")).hard == ("boot_id",)
    on_disk = replace(SERVER, filesystem=DISK_A)
    assert judge_pair(on_disk, A).verdict is Separation.NOT_SEPARATE


def test_light_refutes_a_distance_only_where_one_is_required() -> None:
    near = Between(least_rtt_ms=0.29, rtt_samples=50)
    assert judge_pair(A, B, near).verdict is Separation.SEPARATE
    assert "rtt" not in judge_pair(A, B).missing
    assert judge_pair(A, FAR, near, required_km=30).hard == ("rtt",)
    assert judge_pair(A, FAR, near).hard == ("rtt",)  # as far is declared
    assert "rtt" in judge_pair(A, FAR).missing
    far = Between(least_rtt_ms=1.4, rtt_samples=50)
    pair = judge_pair(A, FAR, far, required_km=30)
    assert (pair.verdict, pair.distance_km, pair.at_most_km) == (Separation.SEPARATE, 133.6, 140.0)


def test_a_distance_that_was_not_measured_well_is_missing() -> None:
    few = Between(least_rtt_ms=5.0, rtt_samples=49)
    for between in (few, Between()):
        pair = judge_pair(A, FAR, between, required_km=30)
        assert (pair.verdict, "rtt" in pair.missing) == (Separation.INCONCLUSIVE, True)


def test_declared_places_that_are_too_near_fail_a_required_distance() -> None:
    measured = Between(least_rtt_ms=5.0, rtt_samples=60)
    assert judge_pair(A, B, measured, required_km=30).hard == ("coordinates",)
    nowhere = replace(B, coordinates=None)
    assert judge_pair(A, nowhere, measured, required_km=30).verdict is Separation.INCONCLUSIVE


@pytest.mark.parametrize(
    ("free", "told"), [(500_000, ("size",)), (500_000 + 1_024, ("size",)), (400_000, ())]
)
def test_an_equal_size_is_told_when_the_free_space_is_equal_too(
    free: int, told: tuple[str, ...]
) -> None:
    twin = replace(B, filesystem=replace(DISK_A, fsid=0xB2), free_blocks=free)
    assert judge_pair(A, twin).soft == told


def test_equal_ids_on_two_kernels_are_cloned_images() -> None:
    """XFS makes its id of the device number: equal servers have equal ones."""
    clone = replace(B, filesystem=DISK_A, free_blocks=400_000)
    assert judge_pair(A, clone).verdict is Separation.SEPARATE
    unseen = judge_pair(A, replace(clone, boot_id=None))
    assert (unseen.verdict, "filesystem" in unseen.missing) == (Separation.INCONCLUSIVE, True)
    twin = replace(clone, free_blocks=500_000)
    assert judge_pair(A, twin).hard == ("filesystem",)
    apart = Between(free_space_correlation=0.1, free_space_rounds=3)
    assert judge_pair(A, twin, apart).hard == ()


def test_a_site_behind_an_address_of_the_server_itself_is_suspicious() -> None:
    server = replace(SERVER, own_addresses=frozenset({"127.0.0.1", "10.1.0.6"}))
    here = replace(A, boot_id=None, address="127.0.0.1")
    assert judge_pair(server, here).soft == ("own_address",)
    assert judge_pair(server, here).verdict is Separation.SUSPECT
    tunnel = replace(A, address="127.0.0.1")  # another kernel answers behind it
    assert judge_pair(server, tunnel).verdict is Separation.SEPARATE
    assert "own_address" not in judge_pair(A, here).missing


@pytest.mark.parametrize(
    "board", ["03000200-0400-0500-0006-000700080009", "ffffffff-ffff-ffff-ffff-ffffffffffff", ""]
)
def test_a_board_without_a_number_of_its_own_says_nothing(board: str) -> None:
    pair = judge_pair(replace(A, dmi_uuid=board), replace(B, dmi_uuid=board))
    assert (pair.soft, "dmi_uuid" in pair.missing) == ((), True)


def test_a_number_that_many_routers_share_says_nothing() -> None:
    vrrp = "00:00:5e:00:01:07"
    assert (
        "gateway" in judge_pair(replace(A, gateway_mac=vrrp), replace(B, gateway_mac=vrrp)).missing
    )


@pytest.mark.parametrize(
    ("b", "same"),
    [
        (replace(B, written_address="phòng máy chủ nhà a"), False),  # 11 km in one written address
        (replace(B, coordinates=None), False),
        (replace(B, coordinates=None, written_address=None), None),
        (replace(B, coordinates=A.coordinates, written_address="nhà b"), False),
        (replace(B, coordinates=A.coordinates, written_address="phòng máy chủ nhà a"), True),
    ],
)
def test_below_level_five_a_site_is_off_the_building(b: Place, same: bool | None) -> None:
    pair = judge_pair(A, b)
    assert ("building" in pair.soft) == (same is True)
    assert ("building" in pair.missing) == (same is None)
    if same is None:
        assert pair.verdict is Separation.INCONCLUSIVE


def test_addresses_are_compared_as_people_mean_them() -> None:
    assert plain("Phòng máy chủ,  nhà A.") == plain("phòng máy chủ nhà a")
    assert plain(" .. ") is None


def test_only_level_five_asks_for_a_distance() -> None:
    assert [required_km(level) for level in (0, 1, 4, 5)] == [None, None, None, 30.0]


def test_a_size_without_its_free_space_is_missing() -> None:
    assert "size" in judge_pair(A, replace(B, free_blocks=None)).missing
    assert "size" in judge_pair(replace(A, free_blocks=None), B).missing
    assert "size" in judge_pair(replace(A, filesystem=None), B).missing


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("10.1.0.5", "10.1.0.200", True),
        ("10.1.0.5", "10.1.1.5", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "10.1.0.5", False),
        ("nas.local", "10.1.0.5", None),
        (None, "10.1.0.5", None),
    ],
)
def test_neighbours_are_told_by_their_network(
    a: str | None,
    b: str | None,
    same: bool | None,
) -> None:
    pair = judge_pair(replace(A, address=a), replace(B, address=b))
    assert ("network" in pair.soft) == (same is True)
    assert ("network" in pair.missing) == (same is None)


def pair_of(a: str, b: str, verdict: Separation) -> SitePair:
    return SitePair(a=a, b=b, verdict=verdict, hard=(), soft=(), missing=())


def test_the_worst_pair_speaks_for_all() -> None:
    good = pair_of(HOST, "a", Separation.SEPARATE)
    open_ = pair_of(HOST, "b", Separation.INCONCLUSIVE)
    doubt = pair_of("a", "b", Separation.SUSPECT)
    bad = pair_of("a", "b", Separation.NOT_SEPARATE)
    assert overall([good, pair_of("a", "b", Separation.SEPARATE)]) is Separation.SEPARATE
    assert overall([good, open_, pair_of("a", "b", Separation.SEPARATE)]) is Separation.INCONCLUSIVE
    assert overall([open_, doubt]) is Separation.SUSPECT
    assert overall([doubt, bad, good]) is Separation.NOT_SEPARATE


def test_without_a_pair_of_sites_nothing_is_concluded() -> None:
    assert overall([]) is Separation.INCONCLUSIVE
    assert overall([pair_of(HOST, "a", Separation.SEPARATE)]) is Separation.INCONCLUSIVE


def test_what_is_told_of_a_look_holds_codes_only() -> None:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    told = evidence([judge_pair(A, replace(B, boot_id="aaaa"))], at)
    assert (told.verdict, told.measured_at) == (Separation.NOT_SEPARATE, at)
    codes = {sign.code for sign in SIGNS} | {"own_agent", "document"}
    assert {*told.pairs[0].hard, *told.pairs[0].soft, *told.pairs[0].missing} <= codes


FEW = st.none() | st.sampled_from(["x", "y"])
PLACES = st.builds(
    Place,
    name=st.sampled_from([HOST, "a", "b"]),
    boot_id=FEW,
    booted_at_s=st.none() | st.integers(0, 4),
    machine_id=FEW,
    dmi_uuid=FEW,
    host_key=FEW,
    filesystem=st.none() | st.builds(FileSystem, st.integers(0, 1), st.just(1), st.just(1)),
    network_mount=st.booleans(),
    repository_id=FEW,
    own_agent=st.booleans(),
    documented=st.booleans(),
)


@given(PLACES, PLACES)
def test_the_order_of_the_places_does_not_matter(a: Place, b: Place) -> None:
    one, other = judge_pair(a, b), judge_pair(b, a)
    assert (one.verdict, one.hard, one.soft) == (other.verdict, other.hard, other.soft)


@given(PLACES, PLACES)
def test_forgetting_a_signal_never_makes_two_places_separate(a: Place, b: Place) -> None:
    if judge_pair(a, b).verdict is not Separation.SEPARATE:
        assert judge_pair(replace(a, own_agent=False), b).verdict is not Separation.SEPARATE
        assert judge_pair(replace(a, documented=False), b).verdict is not Separation.SEPARATE
    assert judge_pair(replace(a, boot_id=None), b).verdict is not Separation.SEPARATE
    assert judge_pair(replace(a, filesystem=None), b).verdict is not Separation.SEPARATE
