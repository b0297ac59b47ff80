import { expect, test } from "vitest";
import { role, session, snapshot } from "../fixture/make";
import { fastest } from "../fixture/fastest";
import { filtersOf, listing, PLAIN_LOOK, type Line } from "./listing";

const guest = role("guest", { group: "Clients" });
const audit = role("audit", { group: "Clients", account_id: "512088901244" });
const jump = role("hub-jump", { group: "Hub", arn: "arn:aws:iam::808768216571:role/network/jump-host" });
const all = snapshot({ roles: [guest, jump, audit], sessions: [session(guest, 40)] });

function headings(lines: Line[]): string[] {
  return lines.flatMap((line) => (line.kind === "heading" ? [`${line.title} ${line.count}`] : []));
}

test("lists sessions on top and the other roles in groups, in the file's order", () => {
  const listed = listing(all, "");
  expect(listed.names).toEqual(["guest", "hub-jump", "audit"]);
  expect(headings(listed.lines)).toEqual(["Active 1", "Hub 1", "Clients 1"]);
});

test("lists roles without a group first", () => {
  const roles = [guest, role("loose"), audit];
  expect(listing(snapshot({ roles }), "").names).toEqual(["loose", "guest", "audit"]);
});

test("finds by name, by account however it is grouped, by group and by a part of the ARN", () => {
  expect(listing(all, "hj").names).toEqual(["hub-jump"]);
  expect(listing(all, "5120 8890").names).toEqual(["audit"]);
  expect(listing(all, "clients").names).toEqual(["guest", "audit"]);
  expect(listing(all, "network/").names).toEqual(["hub-jump"]);
  expect(listing(all, "clients aud").names).toEqual(["audit"]);
  expect(listing(all, "nothing").names).toEqual([]);
});

test("puts the best match first", () => {
  const roles = ["pipeline-runner", "prod", "x-prod-readonly"].map((name) => role(name));
  expect(listing(snapshot({ roles }), "prod").names[0]).toBe("prod");
});

test("b84_survives_names_that_mean_something_to_the_language", () => {
  const roles = ["__proto__", "constructor", "toString"].map((name) => role(name));
  expect(listing(snapshot({ roles }), "").names).toEqual(["__proto__", "constructor", "toString"]);
});

test("costs in proportion to the number of roles", () => {
  const roles = Array.from({ length: 10_000 }, (_, i) => role(`client-${i}-administrator`, { group: `Group ${i % 40}` }));
  expect(listing(snapshot({ roles }), "clt adm 77").names.length).toBeGreaterThan(10);
  const cost = (count: number) => fastest(() => listing(snapshot({ roles: roles.slice(0, count) }), "clt adm 77"));
  expect(cost(10_000) / cost(1_000)).toBeLessThan(4 * 10);
});

test("lists favourites first, then recent roles if there are many, and none of them twice", () => {
  const roles = Array.from({ length: 14 }, (_, i) => role(`r${i}`, { favourite: i === 9, group: i === 5 ? "Group" : null }));
  const listed = listing(snapshot({ roles, recent: ["r5", "r9", "gone"] }), "");
  expect(listed.names.slice(0, 3)).toEqual(["r9", "r5", "r0"]);
  expect(new Set(listed.names).size).toBe(14);
  const few = listing(snapshot({ roles: roles.slice(0, 6), recent: ["r5"] }), "");
  expect(few.names[0]).toBe("r0");
});

test("finds by the account's name, and prefers recent roles among equals", () => {
  const roles = [role("admin-a", { account_alias: "shop-prod" }), role("admin-b"), role("admin-c")];
  expect(listing(snapshot({ roles }), "shop").names).toEqual(["admin-a"]);
  expect(listing(snapshot({ roles, recent: ["admin-c"] }), "admin").names[0]).toBe("admin-c");
});

test("lists the first three of many sessions until the user asks for all", () => {
  const roles = Array.from({ length: 12 }, (_, i) => role(`r${i}`));
  const five = snapshot({ roles, sessions: roles.slice(0, 5).map((one) => session(one, 40)) });
  const few = listing(five, "");
  expect(few.names.slice(0, 4)).toEqual(["r0", "r1", "r2", "r5"]);
  expect(few.lines.slice(0, 5).map((line) => line.kind)).toEqual(["heading", "session", "session", "session", "more"]);
  expect(headings(few.lines)[0]).toBe("Active 5");
  expect(listing(five, "", { ...PLAIN_LOOK, areAllSessionsShown: true }).names.slice(0, 6)).toEqual(["r0", "r1", "r2", "r3", "r4", "r5"]);
  expect(listing(five, "r3").names).toEqual(["r3"]);
  const four = { ...five, sessions: five.sessions.slice(0, 4) };
  expect(listing(four, "").names.slice(0, 4)).toEqual(["r0", "r1", "r2", "r3"]);
});

test("hides the roles of a collapsed heading, but not while searching", () => {
  const look = { ...PLAIN_LOOK, collapsed: ["Clients"] };
  expect(listing(all, "", look).names).toEqual(["guest", "hub-jump"]);
  expect(headings(listing(all, "", look).lines)).toEqual(["Active 1", "Hub 1", "Clients 1"]);
  expect(listing(all, "audit", look).names).toEqual(["audit"]);
});

test("filters by account, group, colour and production, sessions too", () => {
  const red = role("red", { colour: "red", production: true, account_id: "512088901244", group: "Shop" });
  const some = snapshot({ roles: [guest, audit, red], sessions: [session(red, 40)] });
  const named = (filter: typeof PLAIN_LOOK.filter) => listing(some, "", { ...PLAIN_LOOK, filter }).names;
  expect(named({ by: "account", value: "512088901244" })).toEqual(["red", "audit"]);
  expect(named({ by: "group", value: "Clients" })).toEqual(["guest", "audit"]);
  expect(named({ by: "colour", value: "red" })).toEqual(["red"]);
  expect(named({ by: "production" })).toEqual(["red"]);
  expect(filtersOf(some).map((one) => (one.by === "production" ? one.by : one.value))).toEqual([
    "production", "512088901244", "808768216571", "Clients", "Shop", "red",
  ]);
});

test("puts roles together by account, named as the user named it", () => {
  const roles = [guest, audit, role("shop", { account_id: "441022339018", account_alias: "shop-prod" })];
  const listed = listing(snapshot({ roles }), "", { ...PLAIN_LOOK, grouping: "account" });
  expect(headings(listed.lines)).toEqual(["8087 6821 6571 1", "5120 8890 1244 1", "shop-prod 1"]);
});
