import { expect, test } from "vitest";
import { offeredShells, shellName } from "./shell";

test("offers the common shells, and the usual one in any case", () => {
  expect(offeredShells("fish")).toEqual(["bash", "fish", "powershell", "cmd"]);
  expect(offeredShells("nushell")).toEqual(["nushell", "bash", "fish", "powershell", "cmd"]);
});

test("b84_names_a_shell_it_does_not_know_by_its_own_name", () => {
  expect(shellName("bash")).toBe("bash / zsh");
  expect(shellName("newshell")).toBe("newshell");
  expect(shellName("constructor")).toBe("constructor");
});
