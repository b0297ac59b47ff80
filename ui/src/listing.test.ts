import { expect, test } from "vitest";
import { role, session, snapshot } from "./fixture/make";
import { listing } from "./listing";

const guest = role("guest", { group: "Clients" });
const audit = role("audit", { group: "Clients", account_id: "512088901244" });
const jump = role("hub-jump", { group: "Hub", arn: "arn:aws:iam::808768216571:role/network/jump-host" });
const all = snapshot({ roles: [guest, jump, audit], sessions: [session(guest, 40)] });

test("lists sessions on top and the other roles in groups, in the file's order", () => {
  const listed = listing(all, "");
  expect(listed.names).toEqual(["guest", "hub-jump", "audit"]);
  expect(listed.lines.flatMap((line) => (line.kind === "heading" ? [`${line.title} ${line.count}`] : []))).toEqual(["Hub 1", "Clients 1"]);
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

test("searches ten thousand roles quickly", () => {
  const roles = Array.from({ length: 10_000 }, (_, i) => role(`client-${i}-administrator`, { group: `Group ${i % 40}` }));
  const started = performance.now();
  expect(listing(snapshot({ roles }), "clt adm 77").names.length).toBeGreaterThan(10);
  expect(performance.now() - started).toBeLessThan(1500);
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
