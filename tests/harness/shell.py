"""A real shell that text is pasted into."""

import re

# Reads commands from standard input and no start-up file of the user or the system.
COMMANDS = {
    "bash": ["bash", "--noprofile", "--norc", "-s"],
    "sh": ["sh", "-s"],
    "zsh": ["zsh", "-f", "-s"],
    "fish": ["fish", "--no-config"],
}
MARK = "=====pasted====="


class Shell:
    """One kind of shell on one desktop; every `paste` is a new one."""

    def __init__(self, desktop, kind="bash", env=None):
        self.desktop, self.kind, self.env = desktop, kind, env or {}

    def paste(self, text, *commands):
        """Pastes `text`, then runs each command; returns [(exit code, output, errors)] of the commands."""
        keep = "set code $status" if self.kind == "fish" else "code=$?"
        lines = [text]
        for command in commands:
            lines += [command, f'{keep}; echo; echo "{MARK} $code"; echo "{MARK}" >&2']
        done = self.desktop.run(*COMMANDS[self.kind], env=self.env, input="\n".join(lines) + "\n", timeout=120)
        outputs = re.findall(rf"(.*?)\n{MARK} (\d+)\n", done.stdout, re.S)
        errors = done.stderr.split(f"{MARK}\n")
        assert len(outputs) == len(commands), f"{self.kind} stopped early: {done.stdout}{done.stderr}"
        return [(int(code), output.strip(), error) for (output, code), error in zip(outputs, errors)]

    def environment(self, text, names):
        """Pastes `text` and returns what a program then sees of the named variables; None where unset."""
        before = "".join(f"{self._export(name, 'ambient')}\n" for name in names)
        ((_code, output, _errors),) = self.paste(before + text, "env -0 | tr '\\0\\n' '\\n\\r'")
        seen = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
        return {name: seen.get(name) for name in names}

    def _export(self, name, value):
        return f"set -gx {name} {value}" if self.kind == "fish" else f"export {name}={value}"
