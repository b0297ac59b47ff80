import { expect, test } from "vitest";
import { copyTarget, offeredShells, shellName } from "./shell";

test("offers the common shells, and always the default", () => {
  expect(offeredShells("fish")).toEqual(["bash", "fish", "powershell", "cmd"]);
  expect(offeredShells("nushell")).toEqual(["nushell", "bash", "fish", "powershell", "cmd"]);
});

test("names what a copy is for in a word or two", () => {
  expect(["bash", "csh", "fish", "docker", "json"].map(copyTarget)).toEqual(["for bash", "for csh", "for fish", "for docker --env-file", "as JSON"]);
});

test("b84_names_a_shell_it_does_not_know_by_its_own_name", () => {
  expect(shellName("bash")).toBe("bash / zsh");
  expect(shellName("newshell")).toBe("newshell");
  expect(shellName("constructor")).toBe("constructor");
});
