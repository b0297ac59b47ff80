// The shells and file formats an export block can be written for.

import type { Shell } from "../state/types";

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

/** All of them, in the order of menus. */
export const SHELLS = Object.keys(NAMES) as Shell[];

const FILE_FORMATS: string[] = ["dotenv", "json", "ini"];
const IN_MENUS: Shell[] = ["bash", "fish", "powershell", "cmd"];

/** Returns the display name of a shell; an unknown shell keeps its own name. */
export function shellName(shell: string): string {
  return Object.hasOwn(NAMES, shell) ? NAMES[shell as Shell] : shell;
}

/** Returns what a copy is for, as in "for bash" or "as JSON". */
export function copyTarget(shell: string): string {
  const name = shellName(shell).replace(/ \/ .*$/, "");
  return FILE_FORMATS.includes(shell) ? `as ${name}` : `for ${name}`;
}

/** Returns the shells for a menu. A default that is not a common shell comes first. */
export function offeredShells(usual: Shell): Shell[] {
  return IN_MENUS.includes(usual) ? IN_MENUS : [usual, ...IN_MENUS];
}
