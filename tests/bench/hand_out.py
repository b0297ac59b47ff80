"""Time to return credentials, from a session and with a new one, compared with similar tools."""

import json

from bench.contest import Contender, compiled, hold, print_table
from harness.aws import V1, V2, write_profile
from harness.doubles import REGION
from harness.rolecall import PROTOCOL, REPOSITORY, binary

HAND_OUTS, ROUNDS = 400, 20
PEERS = REPOSITORY / "tests/.venv/peers/bin"
EXPORT_CREDENTIALS = [PEERS / "aws-export-credentials", "--profile"]
ROLE = "guest"
STATUS = "{role} {left}"


def print_tables(desktop, rolecall, account):
    """Times both, all contenders in turns."""
    write_profiles(desktop, rolecall, account)
    env = {**desktop.env, "AWS_ENDPOINT_URL": account.endpoint, "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": REGION}
    spawn = compiled("spawn", desktop.root)
    at_hand = cached(desktop, rolecall)
    hold(at_hand, spawn, env, ROUNDS)
    print_table("one hand-out of a live session", at_hand, at_hand[1])
    fresh = cold(desktop, rolecall, account)
    hold(fresh, spawn, env, ROUNDS)
    print_table("one AssumeRole, from the start of the program", fresh, fresh[0])


def write_profiles(desktop, rolecall, account):
    """Writes the files of the other tools: the user's key, the role, and the session."""
    session = rolecall.handed_out(ROLE)
    folder = desktop.home / ".aws"
    folder.mkdir()
    names = {"AccessKeyId": "access_key_id", "SecretAccessKey": "secret_access_key", "SessionToken": "session_token"}
    (folder / "credentials").write_text(
        f"[user]\naws_access_key_id = {account.access_key_id}\naws_secret_access_key = {account.secret_access_key}\n"
        "[s]\n" + "".join(f"aws_{key} = {session[name]}\n" for name, key in names.items())
    )
    write_profile(desktop, "user", region=REGION)
    write_profile(desktop, ROLE, role_arn=account.roles[ROLE], source_profile="user", region=REGION)


def cached(desktop, rolecall):
    """Returns the tools with an active session; the second is the reference."""
    return [*ours(desktop, rolecall), *peers(desktop)]


def ours(desktop, rolecall):
    """Returns our commands with an active session, after two C programs; the second is the reference."""
    nothing, round_trip = (compiled(name, desktop.root) for name in ("nothing", "round_trip"))
    request = {"v": PROTOCOL, "client": "bench", "call": {"credentials": {"role": ROLE}}}
    program = binary("rolecall")
    return [
        Contender("C, does nothing", [nothing], HAND_OUTS),
        Contender("C, the same over the socket", [round_trip, rolecall.socket_path, json.dumps(request)], HAND_OUTS),
        Contender("rolecall credentials", [program, "credentials", ROLE], HAND_OUTS),
        Contender("rolecall env", [program, "env", ROLE], HAND_OUTS),
        Contender("rolecall status --format", [program, "status", "--format", STATUS], HAND_OUTS),
    ]


def peers(desktop):
    """Returns similar tools, with the session in a file."""
    found = []
    if V2.exists():
        # Its best case: the session is in a file, so that it makes no calls.
        command = [V2, "configure", "export-credentials", "--profile", "s"]
        found.append(Contender(f"aws {version(desktop, V2)} configure export-credentials", command, ROUNDS))
    if PEERS.exists():
        found += [
            Contender("aws-export-credentials, session in a file", [*EXPORT_CREDENTIALS, "s"], ROUNDS),
            Contender("awsume, session in a file", [PEERS / "awsumepy", "s"], ROUNDS),
        ]
    return found


def cold(desktop, rolecall, account):
    """Returns the tools that call AssumeRole; the first is the reference."""

    def forget():
        rolecall.ok("end", ROLE)

    assume = ["sts", "assume-role", "--role-arn", account.roles[ROLE], "--role-session-name", "bench", "--profile", "user"]
    found = [Contender("rolecall credentials", [binary("rolecall"), "credentials", ROLE], ROUNDS, forget)]
    for path in (V1, V2):
        if path.exists():
            command = [path, "--endpoint-url", account.endpoint, *assume]
            found.append(Contender(f"aws {version(desktop, path)} sts assume-role", command, ROUNDS))
    if PEERS.exists():
        found += [
            Contender("aws-export-credentials", [*EXPORT_CREDENTIALS, ROLE], ROUNDS),
            Contender("awsume", [PEERS / "awsumepy", "-r", ROLE], ROUNDS),
        ]
    return found


def version(desktop, program):
    """Returns the version of an AWS CLI."""
    return desktop.run(program, "--version").stdout.split()[0].split("/")[1]
