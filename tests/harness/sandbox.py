"""Programs of this user that see other files, users or processes than the rest, as in a container or sandbox."""

import os

from harness import root

# Runs its arguments where all users are other ones but have the same ids, which only root can map.
SAME_IDS = """unshare --user bash -c 'until [ -n "$(cat /proc/self/gid_map)" ]; do :; done; exec "$@"' bash "$@" & made=$!
here=$(readlink /proc/self/ns/user)
until [ "$(readlink /proc/$made/ns/user)" != "$here" ]; do :; done
for map in uid_map gid_map; do echo 0 0 4294967295 > /proc/$made/$map; done
wait $made"""
# What makes each kind of sandbox. Some take root to make, but the programs in them are this user's.
KINDS = {
    "other mounts": ["unshare", "--mount"],
    "other processes": ["unshare", "--pid", "--fork", "--mount-proc"],
    "other users": ["unshare", "--user"],
    "other users with the same ids": ["bash", "-c", SAME_IDS, "bash"],
    "all of them": ["unshare", "--user", "--map-current-user", "--mount", "--pid", "--fork"],
}
OF_ROOT = ("other mounts", "other processes", "other users with the same ids")
# Keeps its memory to itself, as our own programs do, and so closes the links in /proc that tell where it runs.
HIDE = "import ctypes; assert ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0"


def run(desktop, kind, *command):
    """Runs a program of this user in a sandbox of one of the `KINDS` to its end, as `Desktop.run` does."""
    if kind not in OF_ROOT:
        return desktop.run(*KINDS[kind], *command)
    user = ["setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--clear-groups", "--"]
    return root.run(*KINDS[kind], *user, *command, env=desktop.env, cwd=desktop.home)
