"""The kernel's own words for fanotify, inotify and file handles, through the C library.

Python has none of these calls. Only the notification class is ever asked for: nobody's access
waits for us.

Source: fanotify_init(2), fanotify_mark(2), open_by_handle_at(2), inotify(7), linux/fanotify.h.
"""

import ctypes
import os

_library = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100
_MAX_HANDLE = 128

CLOEXEC, NONBLOCK = 0x1, 0x2
UNLIMITED_QUEUE, UNLIMITED_MARKS = 0x10, 0x20
REPORT_PIDFD, REPORT_DIR_FID, REPORT_NAME = 0x80, 0x400, 0x800

MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
QUEUE_OVERFLOW, RENAME, ONDIR = 0x4000, 0x10000000, 0x40000000

_MARK_ADD, _MARK_FILESYSTEM = 0x1, 0x100

INOTIFY_OVERFLOW, INOTIFY_IGNORED, INOTIFY_ISDIR = 0x4000, 0x8000, 0x40000000
INOTIFY_ONLYDIR, INOTIFY_DONT_FOLLOW, INOTIFY_EXCL_UNLINK = 0x1000000, 0x2000000, 0x4000000
INOTIFY_DELETE_SELF, INOTIFY_MOVE_SELF = 0x400, 0x800

for _name, _arguments in {
    "fanotify_init": (ctypes.c_uint, ctypes.c_uint),
    "fanotify_mark": (ctypes.c_int, ctypes.c_uint, ctypes.c_uint64, ctypes.c_int, ctypes.c_char_p),
    "open_by_handle_at": (ctypes.c_int, ctypes.c_char_p, ctypes.c_int),
    "inotify_init1": (ctypes.c_int,),
    "inotify_add_watch": (ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32),
    "inotify_rm_watch": (ctypes.c_int, ctypes.c_int),
}.items():
    getattr(_library, _name).argtypes = _arguments


def fanotify(*, with_pidfd: bool) -> int:
    """A new group that hears names and folders; its queue and its marks have no limit.

    Raises:
        OSError: EPERM without CAP_SYS_ADMIN, EINVAL where the kernel knows less, ENOSYS.
    """
    flags = CLOEXEC | NONBLOCK | UNLIMITED_QUEUE | UNLIMITED_MARKS | REPORT_DIR_FID | REPORT_NAME
    return _checked(_library.fanotify_init(flags | (REPORT_PIDFD if with_pidfd else 0), 0))


def mark_filesystem(group: int, mask: int, path: bytes) -> None:
    """Hear of everything on the filesystem that holds the path.

    Raises:
        OSError: EINVAL for a mask that the kernel does not know; ENODEV, EOPNOTSUPP, EXDEV for a
            filesystem that cannot be heard this way.
    """
    _checked(
        _library.fanotify_mark(group, _MARK_ADD | _MARK_FILESYSTEM, mask, _AT_FDCWD, path), path
    )


def open_handle(mount: int, handle: bytes) -> int:
    """A descriptor (O_PATH) of the file with this handle, seen through the mount.

    Raises:
        OSError: ESTALE when it is gone, EPERM without CAP_DAC_READ_SEARCH.
    """
    return _checked(_library.open_by_handle_at(mount, handle, os.O_PATH | os.O_CLOEXEC))


def handle_of(path: bytes) -> bytes:
    """The path's handle, as `open_handle` takes it.

    Raises:
        OSError: EOPNOTSUPP where the filesystem has no handles.
    """
    buffer = ctypes.create_string_buffer(_MAX_HANDLE.to_bytes(4, "little"), 8 + _MAX_HANDLE)
    mount = ctypes.c_int()
    _checked(
        _library.name_to_handle_at(_AT_FDCWD, path, buffer, ctypes.byref(mount), 0),
        path,
    )
    return buffer.raw


def try_handle(path: bytes) -> None:
    """Whether handles on this filesystem can be opened by us.

    Raises:
        OSError: they cannot.
    """
    mount = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        os.close(open_handle(mount, handle_of(path)))
    finally:
        os.close(mount)


def inotify() -> int:
    """A new instance.

    Raises:
        OSError: EMFILE when this user has too many of them.
    """
    return _checked(_library.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK))


def add_inotify(instance: int, path: bytes, mask: int) -> int:
    """Watch one folder or file; the same one gives the same number again.

    Raises:
        OSError: ENOSPC when this user watches too much; ENOENT, ENOTDIR, EACCES.
    """
    return _checked(_library.inotify_add_watch(instance, path, mask), path)


def remove_inotify(instance: int, watch: int) -> None:
    """Stop watching; what the kernel has forgotten by itself is no error."""
    _library.inotify_rm_watch(instance, watch)


def _checked(answer: int, path: bytes | None = None) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
    return answer
