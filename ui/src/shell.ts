// The shells an export block can be written for.

import type { Shell } from "./snapshot";

export const SHELLS: { shell: Shell; name: string }[] = [
  { shell: "bash", name: "bash / zsh" },
  { shell: "fish", name: "fish" },
  { shell: "powershell", name: "PowerShell" },
  { shell: "cmd", name: "cmd" },
];

/** Returns the name a person knows the shell by; one we do not know keeps its own. */
export function shellName(shell: Shell): string {
  return SHELLS.find((known) => known.shell === shell)?.name ?? shell;
}
