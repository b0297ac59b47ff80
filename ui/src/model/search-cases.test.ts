import { expect, test } from "vitest";
import text from "./search-cases.json?raw";
import { role, snapshot } from "../fixture/make";
import { listing } from "./listing";
import type { RoleView } from "../state/types";

interface Cases {
  roles: (Partial<RoleView> & { name: string })[];
  recent: string[];
  cases: { search: string; found: string[] }[];
}

// The command line follows the same rules, implemented in Rust.
const { roles, recent, cases } = JSON.parse(text) as Cases;
const all = snapshot({ roles: roles.map(({ name, ...rest }) => role(name, rest)), recent });

test.each(cases)("finds for “$search” what the command line finds", ({ search, found }) => {
  expect(listing(all, search).names).toEqual(found);
});
