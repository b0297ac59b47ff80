// The shells and file formats an export block can be written for.

import type { Shell } from "./snapshot";

const NAMES: Record<Shell, string> = {
  bash: "bash / zsh",
  fish: "fish",
  powershell: "PowerShell",
  cmd: "cmd",
  nushell: "Nushell",
  elvish: "Elvish",
  xonsh: "xonsh",
  csh: "csh / tcsh",
  dotenv: ".env file",
  docker: "docker --env-file",
  json: "JSON",
  ini: "credentials file",
};

const IN_MENUS: Shell[] = ["bash", "fish", "powershell", "cmd"];

/** Returns the name a person knows the shell by; one we do not know keeps its own. */
export function shellName(shell: Shell): string {
  return Object.hasOwn(NAMES, shell) ? (NAMES[shell] ?? shell) : shell;
}

/** Returns the shells that a menu offers: the usual one first if it is none of the common. */
export function offeredShells(usual: Shell): Shell[] {
  return IN_MENUS.includes(usual) ? IN_MENUS : [usual, ...IN_MENUS];
}
