"""Programs of this user in other namespaces, as in a container or sandbox."""

import os

from harness import root

# Runs its arguments in a user namespace with the same IDs, which only root can map.
SAME_IDS = """unshare --user bash -c 'until [ -n "$(cat /proc/self/gid_map)" ]; do :; done; exec "$@"' bash "$@" & made=$!
here=$(readlink /proc/self/ns/user)
until [ "$(readlink /proc/$made/ns/user)" != "$here" ]; do :; done
for map in uid_map gid_map; do echo 0 0 4294967295 > /proc/$made/$map; done
wait $made"""
# The commands for each kind of sandbox. Some need root, but their programs belong to this user.
KINDS = {
    "other mounts": ["unshare", "--mount"],
    "other processes": ["unshare", "--pid", "--fork", "--mount-proc"],
    "other users": ["unshare", "--user"],
    "other users with the same ids": ["bash", "-c", SAME_IDS, "bash"],
    "all of them": ["unshare", "--user", "--map-current-user", "--mount", "--pid", "--fork"],
}
OF_ROOT = ("other mounts", "other processes", "other users with the same ids")
# Hides its memory, like our own programs, and with it the links in /proc that show its namespaces.
HIDE = "import ctypes; assert ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0"


def run(desktop, kind, *command):
    """Runs a program of this user in a sandbox of one of the `KINDS` to its end, as `Desktop.run` does."""
    if kind not in OF_ROOT:
        return desktop.run(*KINDS[kind], *command)
    user = ["setpriv", f"--reuid={os.getuid()}", f"--regid={os.getgid()}", "--clear-groups", "--"]
    return root.run(*KINDS[kind], *user, *command, env=desktop.env, cwd=desktop.home)
